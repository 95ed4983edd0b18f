"""Does the record format still give the bytes it was frozen with?"""

import json
import re
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from tests.support import golden, reference

_FOLDER = Path(__file__).parent / "golden"
_ZERO = "00" * 32


@pytest.mark.parametrize("name", golden.NAMES)
def test_the_same_facts_give_the_frozen_bytes(name: str) -> None:
    """A change of a single byte would make every trail that is out there unverifiable."""
    made = dict(golden.made(name).files())
    frozen = {file.name: file.read_text(encoding="utf-8") for file in (_FOLDER / name).iterdir()}
    assert made == frozen


@pytest.mark.parametrize("name", golden.NAMES)
def test_the_plain_python_twin_recomputes_every_hash(name: str) -> None:
    """The files are evidence only if somebody who does not have the native core comes to the same hashes."""
    lines = (_FOLDER / name / "records.jsonl").read_text(encoding="utf-8").split("\n")
    rows = [json.loads(line) for line in lines[:-1]]
    tag = reference.record_tag(f"example.org/golden/{name}")
    for before, row in pairwise([{"record_hash": _ZERO}, *rows]):
        canonical = row["canonical"].encode()
        assert reference.canonicalize(canonical) == canonical
        assert reference.payload_hash(canonical).hex() == row["payload_hash"]
        assert row["previous_hash"] == before["record_hash"]
        record_hash = reference.record_hash(
            tag, bytes.fromhex(row["previous_hash"]), bytes.fromhex(row["payload_hash"]), nonce=row["nonce"]
        )
        assert record_hash.hex() == row["record_hash"]


def test_a_stranger_recomputes_them_with_the_commands_of_the_readme(tmp_path: Path) -> None:
    """The README's own commands are run: where it says "the same", both lines must be the same."""
    text = (_FOLDER / "README.md").read_text(encoding="utf-8").replace("/tmp/", f"{tmp_path}/")
    blocks = re.findall(r"```bash\n(.*?)```", text, re.DOTALL)
    script = "set -eu\n" + "\n".join(blocks)
    answer = subprocess.run(["bash", "-c", script], cwd=_FOLDER, capture_output=True, text=True, check=True)
    lines = answer.stdout.splitlines()
    payload, header, mined, leaf = (lines[start : start + 2] for start in (0, 2, 4, 7))
    root = lines[9:12]
    assert [len(set(same)) for same in (payload, header, mined, leaf, root)] == [1, 1, 1, 1, 1]
    assert mined[0].startswith("000")
    assert lines[6] == "Signature Verified Successfully"
