-- What opens committed values, and what became of it. A value itself stands nowhere in this file: it is sealed under a
-- key that is kept elsewhere, so that destroying that key erases it from every copy.
CREATE TABLE disclosures (
  sequence INTEGER NOT NULL CHECK (sequence >= 0), -- the record that commits to it
  digest BLOB NOT NULL CHECK (length(digest) = 32), -- the commitment (RFC 9901)
  subject BLOB NOT NULL CHECK (length(subject) = 16), -- keyed pseudonym of whom it is about
  sealed BLOB NOT NULL,
  PRIMARY KEY (sequence, digest)
) STRICT, WITHOUT ROWID;

CREATE INDEX disclosures_subject ON disclosures (subject);

CREATE TABLE erased (
  sequence INTEGER NOT NULL CHECK (sequence >= 0),
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  erasure INTEGER NOT NULL CHECK (erasure >= -1), -- the record that says so; -1: the list outside the store
  PRIMARY KEY (sequence, digest)
) STRICT, WITHOUT ROWID;

CREATE INDEX erased_erasure ON erased (erasure);

CREATE TRIGGER disclosures_once BEFORE INSERT ON disclosures
WHEN NOT EXISTS (SELECT 1 FROM records WHERE sequence = new.sequence)
  OR EXISTS (SELECT 1 FROM disclosures WHERE sequence = new.sequence AND digest = new.digest)
  OR EXISTS (SELECT 1 FROM erased WHERE sequence = new.sequence AND digest = new.digest)
BEGIN SELECT raise(ABORT, 'a disclosure is kept once, with its record'); END;

CREATE TRIGGER disclosures_stay BEFORE UPDATE ON disclosures
BEGIN SELECT raise(ABORT, 'a disclosure never changes'); END;

CREATE TRIGGER disclosures_remain BEFORE DELETE ON disclosures
WHEN NOT EXISTS (SELECT 1 FROM erased WHERE sequence = old.sequence AND digest = old.digest)
BEGIN SELECT raise(ABORT, 'a disclosure is never deleted but by an erasure'); END;

CREATE TRIGGER erased_once BEFORE INSERT ON erased
WHEN NOT EXISTS (SELECT 1 FROM disclosures WHERE sequence = new.sequence AND digest = new.digest)
  OR NOT (new.erasure = -1 OR EXISTS (SELECT 1 FROM records WHERE sequence = new.erasure))
BEGIN SELECT raise(ABORT, 'only what is there can be erased, and a record says so'); END;

CREATE TRIGGER erased_stay BEFORE UPDATE ON erased
BEGIN SELECT raise(ABORT, 'an erased value never changes'); END;

CREATE TRIGGER erased_remain BEFORE DELETE ON erased
BEGIN SELECT raise(ABORT, 'an erased value is never deleted'); END;
