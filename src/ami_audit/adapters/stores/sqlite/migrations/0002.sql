-- What witnesses signed: one row for each witness and checkpoint, with the key that checks it, so that a changed byte
-- shows whether or not anybody here knows the witness.
CREATE TABLE cosignatures (
  size INTEGER NOT NULL CHECK (size >= 0), -- of the checkpoint
  witness TEXT NOT NULL, -- its public key as notes name it (C2SP signed-note, "vkey")
  signature BLOB NOT NULL CHECK (length(signature) = 72), -- time (u64, big-endian) and Ed25519 signature
  PRIMARY KEY (size, witness)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER cosignatures_once BEFORE INSERT ON cosignatures
WHEN EXISTS (SELECT 1 FROM cosignatures WHERE size = new.size AND witness = new.witness)
BEGIN SELECT raise(ABORT, 'that cosignature is kept already'); END;

CREATE TRIGGER cosignatures_stay BEFORE UPDATE ON cosignatures
BEGIN SELECT raise(ABORT, 'a cosignature never changes'); END;

CREATE TRIGGER cosignatures_remain BEFORE DELETE ON cosignatures
BEGIN SELECT raise(ABORT, 'a cosignature is never deleted'); END;
