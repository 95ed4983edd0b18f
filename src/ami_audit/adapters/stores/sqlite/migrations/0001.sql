-- The trail: what is sealed is only ever added. A record's canonical bytes are the truth; `record_id` stands beside
-- them for reading and is compared with them by verification. There is no index here but the order of the records: an
-- index over hashes touches a random page for every record, and halves the rate at which records can be appended.
CREATE TABLE records (
  sequence INTEGER PRIMARY KEY CHECK (sequence >= 0),
  record_id TEXT NOT NULL,
  previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),
  nonce INTEGER NOT NULL, -- 0 to 2^64-1 in two's complement
  record_hash BLOB NOT NULL CHECK (length(record_hash) = 32),
  canonical BLOB NOT NULL,
  signatures BLOB NOT NULL
) STRICT;

CREATE TABLE tiles (
  level INTEGER NOT NULL CHECK (level >= 0),
  position INTEGER NOT NULL CHECK (position >= 0),
  hashes BLOB NOT NULL CHECK (length(hashes) = 8192),
  PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  size INTEGER NOT NULL CHECK (size >= 0),
  record_hash BLOB NOT NULL CHECK (length(record_hash) = 32),
  root BLOB NOT NULL CHECK (length(root) = 32),
  frontier BLOB NOT NULL CHECK (length(frontier) % 32 = 0),
  recorded_at TEXT NOT NULL
) STRICT;

CREATE TABLE checkpoints (
  size INTEGER PRIMARY KEY CHECK (size >= 0),
  note TEXT NOT NULL
) STRICT;

CREATE TABLE key_events (
  sequence INTEGER NOT NULL CHECK (sequence >= 0),
  position INTEGER NOT NULL CHECK (position >= 0), -- among the events of one record, from 0
  event TEXT NOT NULL CHECK (event IN ('added', 'retired', 'revoked')),
  key_id BLOB NOT NULL CHECK (length(key_id) = 32),
  public_key BLOB NOT NULL CHECK (length(public_key) = 32),
  signer TEXT NOT NULL,
  PRIMARY KEY (sequence, position)
) STRICT, WITHOUT ROWID;

-- SHA-256 of nothing: the root of an empty tree (RFC 6962 section 2.1).
INSERT INTO head VALUES (
  1, 0, zeroblob(32), x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', x'', ''
);

-- The projection that answers queries: filled after the records, when somebody asks. NULL stands for what the
-- canonical bytes do not say.
CREATE TABLE record_index (
  sequence INTEGER PRIMARY KEY,
  record_id TEXT,
  record_hash BLOB,
  happened_us INTEGER, -- `timestamp` in microseconds since 1970, UTC
  action TEXT,
  actor TEXT,
  target TEXT,
  target_type TEXT,
  source TEXT, -- without its version
  severity INTEGER, -- by weight: 0 debug to 4 critical
  run_id TEXT,
  fact BLOB
) STRICT;

CREATE INDEX record_index_record_id ON record_index (record_id);
CREATE INDEX record_index_record_hash ON record_index (record_hash);
CREATE INDEX record_index_happened_us ON record_index (happened_us);
CREATE INDEX record_index_action ON record_index (action);
CREATE INDEX record_index_actor ON record_index (actor);
CREATE INDEX record_index_target ON record_index (target);
CREATE INDEX record_index_severity ON record_index (severity) WHERE severity <> 1;
CREATE INDEX record_index_run_id ON record_index (run_id);
CREATE INDEX record_index_fact ON record_index (fact) WHERE fact IS NOT NULL;

-- Every record below `size` stands in record_index, and none from there on.
CREATE TABLE indexed (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  size INTEGER NOT NULL CHECK (size >= 0)
) STRICT;

INSERT INTO indexed VALUES (1, 0);

-- The guards. A row is refused before a conflict can be resolved, so REPLACE cannot rewrite one.
-- Each record names the one before it: two records can never follow the same one.
CREATE TRIGGER records_follow BEFORE INSERT ON records
WHEN new.sequence IS NOT coalesce((SELECT max(sequence) + 1 FROM records), 0)
  OR new.previous_hash IS NOT coalesce(
    (SELECT record_hash FROM records WHERE sequence = new.sequence - 1), zeroblob(32)
  )
BEGIN SELECT raise(ABORT, 'a record must follow the last one'); END;

CREATE TRIGGER records_stay BEFORE UPDATE ON records
BEGIN SELECT raise(ABORT, 'a sealed record never changes'); END;

CREATE TRIGGER records_remain BEFORE DELETE ON records
BEGIN SELECT raise(ABORT, 'a sealed record is never deleted'); END;

CREATE TRIGGER tiles_follow BEFORE INSERT ON tiles
WHEN new.position IS NOT coalesce((SELECT max(position) + 1 FROM tiles WHERE level = new.level), 0)
BEGIN SELECT raise(ABORT, 'a tile must follow the last one of its level'); END;

CREATE TRIGGER tiles_stay BEFORE UPDATE ON tiles
BEGIN SELECT raise(ABORT, 'a full tile never changes'); END;

CREATE TRIGGER tiles_remain BEFORE DELETE ON tiles
BEGIN SELECT raise(ABORT, 'a full tile is never deleted'); END;

CREATE TRIGGER head_alone BEFORE INSERT ON head
BEGIN SELECT raise(ABORT, 'a trail has one head'); END;

CREATE TRIGGER head_forward BEFORE UPDATE ON head
WHEN new.id IS NOT old.id
  OR new.size <= old.size
  OR new.size IS NOT (SELECT max(sequence) + 1 FROM records)
  OR new.record_hash IS NOT (SELECT record_hash FROM records WHERE sequence = new.size - 1)
BEGIN SELECT raise(ABORT, 'the head only moves forward, to the last record'); END;

CREATE TRIGGER head_remains BEFORE DELETE ON head
BEGIN SELECT raise(ABORT, 'the head is never deleted'); END;

CREATE TRIGGER checkpoints_once BEFORE INSERT ON checkpoints
WHEN EXISTS (SELECT 1 FROM checkpoints WHERE size = new.size)
BEGIN SELECT raise(ABORT, 'a checkpoint of that size is kept already'); END;

CREATE TRIGGER checkpoints_stay BEFORE UPDATE ON checkpoints
BEGIN SELECT raise(ABORT, 'a checkpoint never changes'); END;

CREATE TRIGGER checkpoints_remain BEFORE DELETE ON checkpoints
BEGIN SELECT raise(ABORT, 'a checkpoint is never deleted'); END;

CREATE TRIGGER key_events_once BEFORE INSERT ON key_events
WHEN EXISTS (SELECT 1 FROM key_events WHERE sequence = new.sequence AND position = new.position)
BEGIN SELECT raise(ABORT, 'that key event is kept already'); END;

CREATE TRIGGER key_events_stay BEFORE UPDATE ON key_events
BEGIN SELECT raise(ABORT, 'a key event never changes'); END;

CREATE TRIGGER key_events_remain BEFORE DELETE ON key_events
BEGIN SELECT raise(ABORT, 'a key event is never deleted'); END;
