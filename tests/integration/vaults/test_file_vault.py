"""Are subject keys kept, shared between processes, and really destroyed?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.adapters.vaults import FileVault
from ami_audit.domain.errors import KeyStoreError

_CORE = NativeCore()
_MOMENT = "2026-01-02T03:04:05.000000Z"


def vault(folder: Path, origin: str = "example.org/trail") -> FileVault:
    """Return a vault as another process would open it."""
    return FileVault(folder / "subjects", origin, _CORE)


def test_a_key_is_made_once_and_found_by_every_process(tmp_path: Path) -> None:
    """Two keys for one person would let an erasure miss half of their values."""
    first, second = vault(tmp_path), vault(tmp_path)
    name = first.pseudonym("ann")
    first.make([name, name])
    second.make([name])
    key = first.key(name)
    assert key is not None
    assert len(key) == 32
    assert second.key(second.pseudonym("ann")) == key


def test_a_mark_is_the_same_for_ever_and_of_this_trail_alone(tmp_path: Path) -> None:
    """It finds a hidden fact again after an erasure, and joins nothing across trails."""
    kept, fact = vault(tmp_path), bytes(range(32))
    (mark,) = kept.marks([fact])
    name = kept.pseudonym("ann")
    kept.make([name])
    kept.destroy(name, moment=_MOMENT)
    assert vault(tmp_path).marks([bytes(32), fact])[1] == mark
    assert mark not in {fact, *vault(tmp_path, "another").marks([fact]), *kept.marks([bytes(32)])}


def test_two_trails_call_a_person_by_two_names(tmp_path: Path) -> None:
    """Else whoever reads both could join what each says."""
    assert vault(tmp_path, "a").pseudonym("ann") != vault(tmp_path, "b").pseudonym("ann")


def test_a_destroyed_key_is_in_no_file(tmp_path: Path) -> None:
    """Not the key, and not its wrapped form, which the owner's key would still open."""
    kept = vault(tmp_path)
    name, other = kept.pseudonym("ann"), kept.pseudonym("bob")
    kept.make([name, other])
    before = Path(kept.location).read_text()
    (wrapped,) = [line for line in before.splitlines() if name.hex() in line]
    descriptor = os.open(kept.location, os.O_RDONLY)
    kept.destroy(name, moment=_MOMENT)
    whole = b"".join(file.read_bytes() for file in (tmp_path / "subjects").iterdir())
    assert wrapped.split('"key": ')[1].encode() not in whole
    assert os.pread(descriptor, 1 << 16, 0).strip(b"\0") == b""
    os.close(descriptor)
    fresh = vault(tmp_path)
    assert fresh.key(name) is None
    assert fresh.key(other) == kept.key(other) is not None
    assert fresh.erased() == {name: _MOMENT}


def test_the_list_of_erasures_names_each_value_and_loses_none(tmp_path: Path) -> None:
    """An erasure that was cut short and done again must not forget what the first one took."""
    kept, values = vault(tmp_path), [(3, b"a" * 32), (9, b"b" * 32)]
    name, other = kept.pseudonym("ann"), kept.pseudonym("bob")
    kept.make([name, other])
    kept.destroy(name, moment=_MOMENT, values=values)
    kept.destroy(name, moment="later")
    kept.destroy(other, moment=_MOMENT, values=[(5, b"c" * 32)])
    kept.destroy(name, moment="later", values=[(11, b"d" * 32)])
    fresh = vault(tmp_path)
    assert fresh.erased_values() == {name: {*values, (11, b"d" * 32)}, other: {(5, b"c" * 32)}}
    assert fresh.erased() == {name: _MOMENT, other: _MOMENT}


def test_an_erased_person_who_returns_has_another_name_and_key(tmp_path: Path) -> None:
    """What was erased stays erased; what they do afterwards is a new matter."""
    kept = vault(tmp_path)
    name = kept.pseudonym("ann")
    kept.make([name])
    kept.destroy(name, moment=_MOMENT)
    kept.make([name])
    assert kept.key(name) is None
    again = kept.pseudonym("ann")
    assert again != name
    kept.make([again])
    assert kept.key(again) is not None


def test_a_torn_line_is_no_key(tmp_path: Path) -> None:
    """A crash while a key is added: nothing was sealed with it yet."""
    kept = vault(tmp_path)
    name, other = kept.pseudonym("ann"), kept.pseudonym("bob")
    kept.make([name])
    with Path(kept.location).open("a") as file:
        file.write('{"subject": "00')
    fresh = vault(tmp_path)
    fresh.make([other])
    assert vault(tmp_path).key(other) == fresh.key(other) is not None
    assert fresh.key(name) == kept.key(name)


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    """Files of mode 0600 in a folder of mode 0700; one that others may read is refused with what to do."""
    kept = vault(tmp_path)
    kept.make([kept.pseudonym("ann")])
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "subjects").iterdir()} == {0o600}
    assert (tmp_path / "subjects").stat().st_mode & 0o777 == 0o700
    Path(kept.location).chmod(0o644)
    with pytest.raises(KeyStoreError, match="chmod 600"):
        vault(tmp_path).erased()


@pytest.mark.parametrize("ending", [".owner", ".subjects"])
def test_a_damaged_file_is_said_to_be(tmp_path: Path, ending: str) -> None:
    """One sentence, and no new key in the place of the old one."""
    kept = vault(tmp_path)
    name = kept.pseudonym("ann")
    kept.make([name])
    (file,) = (tmp_path / "subjects").glob(f"*{ending}")
    file.write_text("something else\n")
    with pytest.raises(KeyStoreError, match=r"damaged|is not an owner's key"):
        vault(tmp_path).key(name)


def test_keys_without_their_owner_are_not_replaced(tmp_path: Path) -> None:
    """A new owner's key would make every kept value unreadable without a word."""
    kept = vault(tmp_path)
    kept.make([kept.pseudonym("ann")])
    (file,) = (tmp_path / "subjects").glob("*.owner")
    file.unlink()
    with pytest.raises(KeyStoreError, match="is gone; put both back"):
        vault(tmp_path).pseudonym("bob")


_MAKE = """
import sys
from pathlib import Path
from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.adapters.vaults import FileVault
vault = FileVault(Path(sys.argv[1]), "example.org/trail", NativeCore())
names = [vault.pseudonym(f"person {number}") for number in range(40)]
for name in names:
    vault.make([name])
print(" ".join(vault.key(name).hex() for name in names))
"""


def test_many_processes_make_one_key_for_each_person(tmp_path: Path) -> None:
    """Writers of one trail meet a new person at the same moment."""
    command = [sys.executable, "-c", _MAKE, str(tmp_path / "subjects")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    answers = {process.communicate(timeout=60)[0] for process in running}
    assert len(answers) == 1
    assert len(answers.pop().split()) == 40
