"""Every fixed SQL statement, by name; the text lies in `statements.sql` and the schema in `migrations/`."""

from pathlib import Path

_HERE = Path(__file__).parent
_NAME = "-- name: "

# What a record is read as where it is joined to the index; `statements.sql` says why everything is cast.
RECORD = (
    "r.sequence, CAST(r.record_id AS BLOB), CAST(r.previous_hash AS BLOB), CAST(r.nonce AS INTEGER), "
    "CAST(r.record_hash AS BLOB), CAST(r.canonical AS BLOB), CAST(r.signatures AS BLOB)"
)


def migrations() -> list[str]:
    """Return the scripts that make the schema, oldest first; the n-th leads to version n."""
    return [path.read_text("utf-8") for path in sorted((_HERE / "migrations").glob("[0-9]*.sql"))]


def _named() -> dict[str, str]:
    _, *sections = (_HERE / "statements.sql").read_text("utf-8").split(_NAME)
    parts = (section.partition("\n") for section in sections)
    return {name.strip(): text.strip() for name, _, text in parts}


SQL = _named()
