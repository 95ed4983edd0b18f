"""What somebody may do to a trail: the rows of the README's table, done to a real one.

Each attack gets the attacker's shell, standing in a repository whose trail holds 13 records, of which the last three
were added by a second run; `../older.db` is a copy made before that.
"""

import json
from collections.abc import Callable
from pathlib import Path

import apsw

from ami_audit.adapters.chain_core.core import NativeCore
from tests.support.damage import unguarded
from tests.support.shell import Shell

_CORE = NativeCore()
CHANGED = 6
_OWN_PLACES = 'AMI_AUDIT_STATE_DIR="$HOME/evil/state" AMI_AUDIT_ORIGIN=$(cat ../origin)'

Attack = Callable[[Shell, Path], None]


def change_a_record(_: Shell, trail: Path) -> None:
    """Put another author into a record."""
    with unguarded(trail) as database:
        _put_in_eve(database)


def remove_a_record(_: Shell, trail: Path) -> None:
    """Take one out of the middle."""
    with unguarded(trail) as database:
        database.execute("DELETE FROM records WHERE sequence = ?", (CHANGED,))


def change_and_recompute(_: Shell, trail: Path) -> None:
    """Put in another author and make every hash after it right again: links, tree, head, index."""
    with unguarded(trail) as database:
        _put_in_eve(database)
        _recompute(database)


def change_a_signature(_: Shell, trail: Path) -> None:
    """Flip a bit of one signature, and make the tree right again."""
    with unguarded(trail) as database:
        block = database.execute("SELECT signatures FROM records WHERE sequence = ?", (CHANGED,)).get
        flipped = bytes([*block[:40], block[40] ^ 1, *block[41:]])
        database.execute("UPDATE records SET signatures = ? WHERE sequence = ?", (flipped, CHANGED))
        _recompute(database)


def take_a_signature_away(_: Shell, trail: Path) -> None:
    """Leave a record unsigned, and make the tree right again."""
    with unguarded(trail) as database:
        database.execute("UPDATE records SET signatures = x'' WHERE sequence = ?", (CHANGED,))
        _recompute(database)


def change_the_index(_: Shell, trail: Path) -> None:
    """Let queries find another actor than the record names."""
    with unguarded(trail) as database:
        database.execute("UPDATE record_index SET actor = 'Eve' WHERE sequence = ?", (CHANGED,))


def put_back_an_older_copy(shell: Shell, _: Path) -> None:
    """Forget the last run; what is left is a whole trail."""
    assert shell.run("rm -f .audit/audit.db-* && cp ../older.db .audit/audit.db").code == 0


def tell_anew_with_another_key(shell: Shell, _: Path) -> None:
    """Another trail of the same name, sealed with a key of the attacker's own."""
    made = shell.run(f'rm -r .audit && {_OWN_PLACES} AMI_AUDIT_KEYS_DIR="$HOME/evil/keys" ami-audit repo')
    assert made.code == 0, made.text


def tell_anew_with_the_key(shell: Shell, _: Path) -> None:
    """Another trail of the same name, sealed with the owner's key and longer than the first."""
    made = shell.run(f"rm -r .audit && {_OWN_PLACES} ami-audit repo --full && {_OWN_PLACES} ami-audit repo --full")
    assert made.code == 0, made.text


def delete_the_kept_checkpoint(shell: Shell, _: Path) -> None:
    """So that nobody can tell where the trail ended."""
    assert shell.run("rm -r ~/.local/state/ami-audit").code == 0


def _put_in_eve(database: apsw.Connection) -> None:
    database.execute(
        "UPDATE records SET canonical = CAST(replace(CAST(canonical AS TEXT), 'Ann', 'Eve') AS BLOB)"
        " WHERE sequence = ?",
        (CHANGED,),
    )


def _recompute(database: apsw.Connection) -> None:
    """Do what needs no key, as a patient attacker would; checkpoints inside the store are thrown away."""
    rows = list(database.execute("SELECT sequence, canonical, signatures FROM records ORDER BY sequence"))
    origin = json.loads(rows[0][1])["context"]["origin"]
    tag, before, hashes = _CORE.record_tag(origin), bytes(32), b""
    for sequence, canonical, _ in rows:
        sealed = _CORE.record_hash(tag, before, _CORE.payload_hash(canonical), nonce=0)
        place = (before, sealed, sequence)
        database.execute("UPDATE records SET previous_hash = ?, record_hash = ? WHERE sequence = ?", place)
        before, hashes = sealed, hashes + sealed
    blocks = [row[2] for row in rows]
    ends = [sum(map(len, blocks[: index + 1])) for index in range(len(blocks))]
    leaves = _CORE.leaf_hashes(0, hashes, blocks=b"".join(blocks), ends=ends)
    grown = _CORE.grow(0, frontier=b"", edges=[], leaves=leaves)
    database.execute("UPDATE head SET record_hash = ?, root = ?, frontier = ?", (before, grown[0], grown[1]))
    database.execute("DELETE FROM checkpoints")
    database.execute("DELETE FROM record_index")
    database.execute("UPDATE indexed SET size = 0")
