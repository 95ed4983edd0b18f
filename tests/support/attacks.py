"""What somebody may do to a trail: the rows of the README's table, done to a real one.

Each attack gets the attacker's shell, standing in a repository whose trail holds 13 records, of which the last three
were added by a second run; `../older.db` is a copy made before that.
"""

import base64
import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import apsw

from ami_audit.adapters.chain_core.core import NativeCore
from tests.support.damage import unguarded
from tests.support.golden import BOB
from tests.support.shell import Shell

_CORE = NativeCore()
CHANGED = 6
LAST = 12
_OTHER = "other/audit.db"
_OWN_ORIGIN = "AMI_AUDIT_ORIGIN=$(cat ../origin)"
_OWN_PLACES = f'AMI_AUDIT_STATE_DIR="$HOME/evil/state" {_OWN_ORIGIN}'

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


def insert_a_record(_: Shell, trail: Path) -> None:
    """Put a record that was never sealed in the middle, and move all after it on by one."""
    with unguarded(trail) as database:
        database.execute("UPDATE records SET sequence = -sequence - 1 WHERE sequence >= ?", (CHANGED,))
        database.execute("UPDATE records SET sequence = -sequence WHERE sequence < 0")
        _copy(database, CHANGED + 1, to=CHANGED)
        database.execute("UPDATE records SET canonical = x'7b7d' WHERE sequence = ?", (CHANGED,))
        database.execute("UPDATE head SET size = size + 1")


def swap_two_records(_: Shell, trail: Path) -> None:
    """Let two records change places."""
    with unguarded(trail) as database:
        for before, after in ((CHANGED, -1), (CHANGED + 1, CHANGED), (-1, CHANGED + 1)):
            database.execute("UPDATE records SET sequence = ? WHERE sequence = ?", (after, before))


def duplicate_a_record(_: Shell, trail: Path) -> None:
    """Append a record that is there already once more, and let the stored end count it."""
    with unguarded(trail) as database:
        _copy(database, CHANGED, to=LAST + 1)
        database.execute("UPDATE head SET size = size + 1")


def splice_in_a_record(shell: Shell, trail: Path) -> None:
    """Put the record of another trail, sealed with the same key, in the place of one."""
    made = shell.run(f"AMI_AUDIT_ORIGIN=other AMI_AUDIT_STATE_DIR=$HOME/evil/state ami-audit repo --store={_OTHER}")
    assert made.code == 0, made.text
    with apsw.Connection(str(trail.parent.parent / _OTHER)) as other:
        row = other.execute("SELECT * FROM records WHERE sequence = ?", (CHANGED,)).fetchall()[0]
    with unguarded(trail) as database:
        database.execute("DELETE FROM records WHERE sequence = ?", (CHANGED,))
        database.execute("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def cut_off_the_end(_: Shell, trail: Path) -> None:
    """Delete the newest records and make everything that is left fit: end, tree, index; checkpoints are thrown away."""
    with unguarded(trail) as database:
        database.execute("DELETE FROM records WHERE sequence > ?", (LAST - 3,))
        _recompute(database)


def cut_off_the_end_only(_: Shell, trail: Path) -> None:
    """Delete the newest records, and leave the stored end as it is."""
    with unguarded(trail) as database:
        database.execute("DELETE FROM records WHERE sequence > ?", (LAST - 3,))


def sign_with_another_key(_: Shell, trail: Path) -> None:
    """Replace a record's signature by one of the attacker's own, and make the tree right again."""
    with unguarded(trail) as database:
        _sign_as_bob(database, CHANGED)


def admit_a_key_of_ones_own(_: Shell, trail: Path) -> None:
    """Append a record that adds the attacker's own key, signed by that key, and make everything fit."""
    with unguarded(trail) as database:
        _copy(database, LAST, to=LAST + 1)
        told = json.loads(database.execute("SELECT canonical FROM records WHERE sequence = ?", (LAST,)).get)
        key = {"key_id": BOB.key_id.hex(), "public_key": base64.b64encode(BOB.public_key).decode()}
        told |= {"action": "key.added", "target": BOB.key_id.hex(), "target_type": "key", "sequence": LAST + 1}
        told |= {"context": {**key, "signer": BOB.signer}}
        text = _CORE.canonicalize(json.dumps(told).encode())
        database.execute("UPDATE records SET canonical = ? WHERE sequence = ?", (text, LAST + 1))
        event = (LAST + 1, 0, "added", BOB.key_id, BOB.public_key, BOB.signer)
        database.execute("INSERT INTO key_events VALUES (?, ?, ?, ?, ?, ?)", event)
        _recompute(database)
        _sign_as_bob(database, LAST + 1)


def add_a_record_unsigned(_: Shell, trail: Path) -> None:
    """Seal one more record after the last, as everybody can who has no key, and move the end on."""
    with unguarded(trail) as database:
        _copy(database, LAST, to=LAST + 1)
        database.execute(
            "UPDATE records SET signatures = x'', record_id = 'x', canonical = "
            "CAST(replace(CAST(canonical AS TEXT), ?, ?) AS BLOB) WHERE sequence = ?",
            (f'"sequence":{LAST}', f'"sequence":{LAST + 1}', LAST + 1),
        )
        told = json.loads(database.execute("SELECT canonical FROM records WHERE sequence = ?", (LAST + 1,)).get)
        database.execute("UPDATE records SET record_id = ? WHERE sequence = ?", (told["record_id"], LAST + 1))
        _recompute(database)


def swap_the_key(_: Shell, trail: Path) -> None:
    """Put another key into the key table, under its own id."""
    with unguarded(trail) as database:
        database.execute("UPDATE key_events SET key_id = ?, public_key = ?", (BOB.key_id, BOB.public_key))


def do_less_work(_: Shell, trail: Path) -> None:
    """Seal every record of a mined trail anew without mining."""
    with unguarded(trail) as database:
        _recompute(database)


def lower_the_difficulty(_: Shell, trail: Path) -> None:
    """Let the first record of a mined trail ask for no work, and recompute every hash."""
    with unguarded(trail) as database:
        database.execute(
            "UPDATE records SET canonical = CAST(replace(CAST(canonical AS TEXT), ?, ?) AS BLOB) WHERE sequence = 0",
            ('"difficulty_bits":4', '"difficulty_bits":0'),
        )
        _recompute(database)


def edit_an_index(_: Shell, trail: Path) -> None:
    """Change what the database's own index of actors finds, and not the table that it is made from."""
    with unguarded(trail) as database:
        told = database.execute("SELECT actor FROM record_index WHERE sequence = ?", (CHANGED,)).get
        row = database.execute("SELECT * FROM sqlite_schema WHERE name = 'record_index_actor'").fetchall()[0]
        database.execute("UPDATE record_index SET actor = 'Eve' WHERE sequence = ?", (CHANGED,))
        database.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 0)
        database.pragma("writable_schema", 1)
        database.execute("DELETE FROM sqlite_schema WHERE name = 'record_index_actor'")
        database.pragma("writable_schema", "RESET")
        database.execute("UPDATE record_index SET actor = ? WHERE sequence = ?", (told, CHANGED))
        database.pragma("writable_schema", 1)
        database.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", row)
        database.pragma("writable_schema", "RESET")


def change_a_tile_or_head(_: Shell, trail: Path) -> None:
    """Change the stored root of the tree."""
    with unguarded(trail) as database:
        database.execute("UPDATE head SET root = zeroblob(32)")


def drop_a_trigger(_: Shell, trail: Path) -> None:
    """Take away what keeps a sealed record from being changed."""
    with apsw.Connection(str(trail)) as database:
        database.execute("DROP TRIGGER records_stay")


def fork_from_a_backup(shell: Shell, trail: Path) -> None:
    """Put an older copy back and let another story follow it, longer than the one that was signed."""
    put_back_an_older_copy(shell, trail)
    told = " && ".join([f"echo $RANDOM > cart.py && {_OWN_PLACES} ami-audit repo --quiet"] * 3)
    made = shell.run(f"{told} && ami-audit query --quiet; ami-audit query")
    assert made.code == 0, made.text


def tell_anew_and_replace_the_checkpoint(shell: Shell, _: Path) -> None:
    """Tell the whole trail anew with the owner's key, where the owner's machine keeps its last checkpoint."""
    made = shell.run(f"rm -r .audit ~/.local/state/ami-audit && {_OWN_ORIGIN} ami-audit repo --full")
    assert made.code == 0, made.text


def never_write_a_record(shell: Shell, _: Path) -> None:
    """Let something happen and record nothing of it."""
    assert shell.run("echo 'total = 9' > secret.py").code == 0


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


_ERASE_ALL_THE_SAME = """
from ami_audit import AuditStore
from ami_audit.domain.erasure import erasure_draft
from ami_audit.domain.kinds import ActorType
from ami_audit.services.portal import portal
facts = {"authority": "none", "reason": None, "actor": "eve", "actor_type": ActorType.PERSON, "provenance": {}}
async def erase(store):
    trail = await (await store.session()).trail()
    await trail.append([erasure_draft(b"s" * 16, [], **facts)])
with AuditStore() as store:
    portal.run(erase(store))
"""


def erase_under_a_hold(shell: Shell, _: Path) -> None:
    """Erase somebody with the owner's key and a program that does not ask whether a hold is in force."""
    program = f"{shlex.quote(sys.executable)} -c {shlex.quote(_ERASE_ALL_THE_SAME)}"
    made = shell.run(f"ami-audit retention hold 'case 7' && {program}")
    assert made.code == 0, made.text


def _put_in_eve(database: apsw.Connection) -> None:
    database.execute(
        "UPDATE records SET canonical = CAST(replace(CAST(canonical AS TEXT), 'Ann', 'Eve') AS BLOB)"
        " WHERE sequence = ?",
        (CHANGED,),
    )


def _sign_as_bob(database: apsw.Connection, sequence: int) -> None:
    sealed = database.execute("SELECT record_hash FROM records WHERE sequence = ?", (sequence,)).get
    signature = BOB.sign_records(origin=_origin(database), timestamp_us=0, record_hashes=sealed)
    block = _CORE.signature_blocks(BOB.key_id, signer=BOB.signer, timestamp_us=0, signatures=signature)[0]
    database.execute("UPDATE records SET signatures = ? WHERE sequence = ?", (block, sequence))
    _recompute(database)


def _origin(database: apsw.Connection) -> str:
    genesis = json.loads(database.execute("SELECT canonical FROM records WHERE sequence = 0").get)
    return str(genesis["context"]["origin"])


def _copy(database: apsw.Connection, sequence: int, *, to: int) -> None:
    """Let another row hold what this one holds."""
    row = database.execute("SELECT * FROM records WHERE sequence = ?", (sequence,)).fetchall()[0]
    database.execute("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", (to, *row[1:]))


def _recompute(database: apsw.Connection) -> None:
    """Do what needs no key, as a patient attacker would; checkpoints inside the store are thrown away."""
    rows = list(database.execute("SELECT sequence, canonical, signatures FROM records ORDER BY sequence"))
    origin = _origin(database)
    tag, before, hashes = _CORE.record_tag(origin), bytes(32), b""
    for sequence, canonical, _ in rows:
        sealed = _CORE.record_hash(tag, before, _CORE.payload_hash(canonical), nonce=0)
        place = (before, sealed, sequence)
        database.execute("UPDATE records SET previous_hash = ?, record_hash = ?, nonce = 0 WHERE sequence = ?", place)
        before, hashes = sealed, hashes + sealed
    blocks = [row[2] for row in rows]
    ends = [sum(map(len, blocks[: index + 1])) for index in range(len(blocks))]
    leaves = _CORE.leaf_hashes(0, hashes, blocks=b"".join(blocks), ends=ends)
    grown = _CORE.grow(0, frontier=b"", edges=[], leaves=leaves)
    when = json.loads(rows[-1][1])["recorded_at"]
    end = (len(rows), before, grown[0], grown[1], when)
    database.execute("UPDATE head SET size = ?, record_hash = ?, root = ?, frontier = ?, recorded_at = ?", end)
    database.execute("DELETE FROM checkpoints")
    database.execute("DELETE FROM record_index")
    database.execute("UPDATE indexed SET size = 0")
