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

CREATE TRIGGER erased_once BEFORE INSERT ON erased
WHEN NOT EXISTS (SELECT 1 FROM disclosures WHERE sequence = new.sequence AND digest = new.digest)
  OR EXISTS (SELECT 1 FROM erased WHERE sequence = new.sequence AND digest = new.digest)
  OR NOT (new.erasure = -1 OR EXISTS (SELECT 1 FROM records WHERE sequence = new.erasure))
BEGIN SELECT raise(ABORT, 'only what is there can be erased, and a record says so'); END;

CREATE TRIGGER erased_stay BEFORE UPDATE ON erased
BEGIN SELECT raise(ABORT, 'an erased value never changes'); END;

CREATE TRIGGER erased_remain BEFORE DELETE ON erased
BEGIN SELECT raise(ABORT, 'an erased value is never deleted'); END;

-- What was pruned: all records below a cut are gone, but for those that the trail says about itself. Their leaves stand
-- in full tiles, so that everything later is still proven.
CREATE TABLE pruned (
  cut INTEGER PRIMARY KEY CHECK (cut > 0 AND cut % 256 = 0),
  record INTEGER NOT NULL CHECK (record >= 0) -- the record that says so
) STRICT;

-- The identities of facts that were recorded in what is gone, so that no run records them again.
CREATE TABLE pruned_facts (
  fact BLOB PRIMARY KEY CHECK (length(fact) = 32)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER pruned_once BEFORE INSERT ON pruned
WHEN new.cut <= coalesce((SELECT max(cut) FROM pruned), 0)
  OR new.cut > new.record
  OR NOT EXISTS (SELECT 1 FROM records WHERE sequence = new.record)
  OR NOT EXISTS (SELECT 1 FROM checkpoints WHERE size >= new.cut)
BEGIN SELECT raise(ABORT, 'a pruning needs a record, and a checkpoint at or above its cut'); END;

CREATE TRIGGER pruned_stay BEFORE UPDATE ON pruned
BEGIN SELECT raise(ABORT, 'a pruning never changes'); END;

CREATE TRIGGER pruned_remain BEFORE DELETE ON pruned
BEGIN SELECT raise(ABORT, 'a pruning is never deleted'); END;

CREATE TRIGGER pruned_facts_once BEFORE INSERT ON pruned_facts
WHEN EXISTS (SELECT 1 FROM pruned_facts WHERE fact = new.fact)
BEGIN SELECT raise(ABORT, 'that fact is kept already'); END;

CREATE TRIGGER pruned_facts_stay BEFORE UPDATE ON pruned_facts
BEGIN SELECT raise(ABORT, 'a pruned fact never changes'); END;

CREATE TRIGGER pruned_facts_remain BEFORE DELETE ON pruned_facts
BEGIN SELECT raise(ABORT, 'a pruned fact is never deleted'); END;

DROP TRIGGER records_remain;

CREATE TRIGGER records_remain BEFORE DELETE ON records
WHEN old.sequence = 0 OR old.sequence >= coalesce((SELECT max(cut) FROM pruned), 0)
BEGIN SELECT raise(ABORT, 'a sealed record is never deleted but by a pruning'); END;

CREATE TRIGGER disclosures_remain BEFORE DELETE ON disclosures
WHEN NOT EXISTS (SELECT 1 FROM erased WHERE sequence = old.sequence AND digest = old.digest)
  AND old.sequence >= coalesce((SELECT max(cut) FROM pruned), 0)
BEGIN SELECT raise(ABORT, 'a disclosure is never deleted but by an erasure or a pruning'); END;
