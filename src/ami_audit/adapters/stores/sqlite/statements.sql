-- Text and hashes are read as bytes and numbers as numbers, whatever they were made into: a damaged value then reads as
-- a wrong one. (A value of another type than its column's is found by the inspection: the tables are STRICT.)

-- name: head
SELECT
  CAST(size AS INTEGER),
  CAST(record_hash AS BLOB),
  CAST(root AS BLOB),
  CAST(frontier AS BLOB),
  CAST(recorded_at AS BLOB)
FROM head
WHERE id = 1;

-- name: move_head
UPDATE head
SET size = ?, record_hash = ?, root = ?, frontier = ?, recorded_at = ?
WHERE id = 1;

-- name: add_record
INSERT INTO records (sequence, record_id, previous_hash, nonce, record_hash, canonical, signatures)
VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: add_tile
INSERT INTO tiles (level, position, hashes)
VALUES (?, ?, ?);

-- name: add_key_event
INSERT INTO key_events (sequence, position, event, key_id, public_key, signer)
VALUES (?, ?, ?, ?, ?, ?);

-- name: add_checkpoint
INSERT INTO checkpoints (size, note)
VALUES (?, ?);

-- name: records
SELECT
  sequence,
  CAST(record_id AS BLOB),
  CAST(previous_hash AS BLOB),
  CAST(nonce AS INTEGER),
  CAST(record_hash AS BLOB),
  CAST(canonical AS BLOB),
  CAST(signatures AS BLOB)
FROM records
WHERE sequence >= ?
ORDER BY sequence
LIMIT ?;

-- name: tiles
SELECT CAST(level AS INTEGER), CAST(position AS INTEGER), CAST(hashes AS BLOB)
FROM tiles
WHERE level = ? AND position >= ?
ORDER BY position
LIMIT ?;

-- name: key_events
SELECT
  CAST(sequence AS INTEGER),
  CAST(event AS BLOB),
  CAST(key_id AS BLOB),
  CAST(public_key AS BLOB),
  CAST(signer AS BLOB)
FROM key_events
ORDER BY sequence, position;

-- name: checkpoints
SELECT size, CAST(note AS BLOB)
FROM checkpoints
ORDER BY size;

-- name: checkpoint
SELECT CAST(note AS BLOB)
FROM checkpoints
WHERE size = ?;

-- name: latest_checkpoint
SELECT size
FROM checkpoints
ORDER BY size DESC
LIMIT 1;

-- name: add_cosignature
INSERT INTO cosignatures (size, witness, signature)
SELECT ?1, ?2, ?3
WHERE NOT EXISTS (SELECT 1 FROM cosignatures WHERE size = ?1 AND witness = ?2);

-- name: cosignatures_of
SELECT CAST(size AS INTEGER), CAST(witness AS BLOB), CAST(signature AS BLOB)
FROM cosignatures
WHERE size = ?
ORDER BY witness;

-- name: cosignatures
SELECT CAST(size AS INTEGER), CAST(witness AS BLOB), CAST(signature AS BLOB)
FROM cosignatures
ORDER BY size, witness;

-- name: add_disclosure
INSERT INTO disclosures (sequence, digest, subject, sealed)
VALUES (?, ?, ?, ?);

-- name: add_erased
INSERT INTO erased (sequence, digest, erasure)
VALUES (?, ?, ?);

-- name: remove_disclosure
DELETE FROM disclosures
WHERE sequence = ? AND digest = ?;

-- name: disclosures
SELECT CAST(sequence AS INTEGER), CAST(digest AS BLOB), CAST(subject AS BLOB), CAST(sealed AS BLOB)
FROM disclosures
WHERE sequence >= ?1 AND sequence < ?1 + ?2
ORDER BY sequence, digest;

-- name: has_disclosures
SELECT EXISTS (SELECT 1 FROM disclosures) OR EXISTS (SELECT 1 FROM erased);

-- name: disclosures_of
SELECT CAST(sequence AS INTEGER), CAST(digest AS BLOB), CAST(subject AS BLOB), CAST(sealed AS BLOB)
FROM disclosures
WHERE subject = ?
ORDER BY sequence, digest;

-- name: erased
SELECT CAST(sequence AS INTEGER), CAST(digest AS BLOB), CAST(erasure AS INTEGER)
FROM erased
WHERE sequence >= ?1 AND sequence < ?1 + ?2
ORDER BY sequence, digest;

-- name: erased_by
SELECT CAST(sequence AS INTEGER), CAST(digest AS BLOB), CAST(erasure AS INTEGER)
FROM erased
WHERE erasure = ?
ORDER BY sequence, digest;

-- name: prunings
SELECT CAST(cut AS INTEGER), CAST(record AS INTEGER)
FROM pruned
ORDER BY cut;

-- name: pruned_facts
SELECT CAST(fact AS BLOB)
FROM pruned_facts
ORDER BY fact;

-- name: add_pruning
INSERT INTO pruned (cut, record)
VALUES (?, ?);

-- name: add_pruned_fact
INSERT INTO pruned_facts (fact)
SELECT ?1
WHERE NOT EXISTS (SELECT 1 FROM pruned_facts WHERE fact = ?1);

-- name: prune_index
DELETE FROM record_index
WHERE sequence < ?1 AND sequence NOT IN (SELECT value FROM json_each(?2));

-- name: prune_disclosures
DELETE FROM disclosures
WHERE sequence < ?1 AND sequence NOT IN (SELECT value FROM json_each(?2));

-- name: prune_records
DELETE FROM records
WHERE sequence < ?1 AND sequence NOT IN (SELECT value FROM json_each(?2));

-- name: stray_disclosures
SELECT CAST(d.sequence AS INTEGER)
FROM disclosures AS d
WHERE NOT EXISTS (SELECT 1 FROM records AS r WHERE r.sequence = d.sequence);

-- name: stray_erased
SELECT CAST(e.sequence AS INTEGER)
FROM erased AS e
WHERE e.sequence < 0 OR e.sequence >= ?1 OR e.erasure < -1 OR e.erasure >= ?1;

-- name: records_end
SELECT coalesce(max(sequence) + 1, 0)
FROM records;

-- name: indexed_end
SELECT coalesce((SELECT CAST(size AS INTEGER) FROM main.indexed WHERE id = 1), 0);

-- name: move_indexed
INSERT OR REPLACE INTO main.indexed
VALUES (1, ?);

-- name: add_index_row
INSERT OR IGNORE INTO main.record_index
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: index_rows
SELECT
  sequence,
  CAST(record_id AS BLOB),
  CAST(record_hash AS BLOB),
  CAST(happened_us AS INTEGER),
  CAST(action AS BLOB),
  CAST(actor AS BLOB),
  CAST(target AS BLOB),
  CAST(target_type AS BLOB),
  CAST(source AS BLOB),
  CAST(severity AS INTEGER),
  CAST(run_id AS BLOB),
  CAST(fact AS BLOB)
FROM main.record_index
WHERE sequence BETWEEN ? AND ?
ORDER BY sequence;

-- name: make_tail
CREATE TEMP TABLE IF NOT EXISTS tail_index (
  sequence INTEGER PRIMARY KEY,
  record_id, record_hash, happened_us, action, actor, target, target_type, source, severity, run_id, fact
);
CREATE TEMP VIEW IF NOT EXISTS whole_index AS
SELECT * FROM main.record_index
WHERE sequence < (SELECT size FROM main.indexed)
UNION ALL
SELECT * FROM temp.tail_index
WHERE sequence >= (SELECT size FROM main.indexed);

-- name: tail_end
SELECT coalesce(max(sequence) + 1, 0)
FROM temp.tail_index;

-- name: add_tail_row
INSERT OR IGNORE INTO temp.tail_index
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: schema
SELECT CAST(type AS BLOB), CAST(name AS BLOB), CAST(tbl_name AS BLOB), CAST(coalesce(sql, '') AS BLOB)
FROM main.sqlite_schema
ORDER BY type, name, tbl_name, sql;

-- name: stray_heads
SELECT count(*) FILTER (WHERE id = 1), count(*) FILTER (WHERE id IS NOT 1)
FROM head;

-- name: stray_records
SELECT sequence
FROM records
WHERE sequence < 0 OR sequence >= ?1;

-- name: stray_tiles
SELECT CAST(level AS INTEGER), CAST(position AS INTEGER)
FROM tiles
WHERE level NOT BETWEEN 0 AND 6 OR position < 0 OR position >= (?1 >> (8 * (level + 1)));

-- name: stray_key_events
SELECT CAST(sequence AS INTEGER), CAST(position AS INTEGER)
FROM (
  SELECT sequence, position, row_number() OVER (PARTITION BY sequence ORDER BY position) - 1 AS expected
  FROM key_events
)
WHERE position <> expected;

-- name: indexed_rows
SELECT count(*) FILTER (WHERE id = 1), count(*) FILTER (WHERE id IS NOT 1)
FROM main.indexed;

-- name: stray_index_rows
SELECT i.sequence
FROM main.record_index AS i
WHERE i.sequence >= ?1 OR NOT EXISTS (SELECT 1 FROM records AS r WHERE r.sequence = i.sequence);
