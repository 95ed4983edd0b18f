"""Can a record be proven to somebody who holds only a file and a key, and is everything else refused?"""

import base64
import json
from pathlib import Path

import pytest
from tests.cli.conftest import Program
from tests.cli.test_verify import damaged
from tests.support.repositories import Repository

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.cosignature import Cosignature, cosigned_message, cosigner_key
from ami_audit.domain.errors import ProofError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.note import NoteKey
from ami_audit.domain.proof import TlogProof
from ami_audit.services.usecases.check_proof import check_record_proof
from ami_audit.services.vouching import Trusted


def _ids(ami_audit: Program) -> list[str]:
    records = json.loads(ami_audit("query", "--limit=100", "--format=json").stdout)["records"]
    return [record["record_id"] for record in records]


def _vkey(ami_audit: Program) -> str:
    key: str = json.loads(ami_audit("checkpoint", "--format=json").stdout)["keys"][0]
    return key


@pytest.fixture
def elsewhere(tmp_path: Path) -> Program:
    """The program on a machine that has neither the trail nor its key."""
    for name in ("auditor", "auditor-home"):
        (tmp_path / name).mkdir()
    return Program(tmp_path / "auditor", tmp_path / "auditor-home")


def test_a_record_is_proven_to_somebody_who_has_a_file_and_a_key(ami_audit: Program, elsewhere: Program) -> None:
    """No store, no network, no other record."""
    ami_audit("repo")
    file, key = elsewhere.folder / "one.tlog-proof", _vkey(ami_audit)
    for name in _ids(ami_audit)[1:3]:
        ami_audit("prove", name, f"--output={file}")
        told = elsewhere("prove", "--check", str(file), "--vkey", key).stdout
        assert "Proven to: checkpoint" in told
        answer = json.loads(ami_audit("prove", name, "--format=json").stdout)
        verdict = json.loads(elsewhere("prove", f"--check={file}", f"--vkey={key}", "--format=json").stdout)
        assert (verdict["record_hash"], verdict["sequence"]) == (answer["record_hash"], answer["sequence"])
        assert answer["proof"] == file.read_text()
        assert file.stat().st_size < 2000


def test_without_a_key_to_trust_a_proof_is_worth_its_hashes_only(ami_audit: Program, elsewhere: Program) -> None:
    """Anybody can make a tree and sign it."""
    ami_audit("repo")
    file = elsewhere.folder / "one.tlog-proof"
    ami_audit("prove", _ids(ami_audit)[0], f"--output={file}")
    told = elsewhere("prove", f"--check={file}", code=1).stdout
    assert "Proven to: hashes" in told
    assert "--vkey" in told
    stranger = str(NoteKey.of("example.org/else", bytes(32)))
    assert "Proven to: hashes" in elsewhere("prove", f"--check={file}", f"--vkey={stranger}", code=1).stdout


def test_a_proof_in_which_anything_was_changed_does_not_hold(ami_audit: Program, elsewhere: Program) -> None:
    """Every line counts, and so does every character of it."""
    ami_audit("repo")
    key = NoteKey.parse(_vkey(ami_audit))
    text = ami_audit("prove", _ids(ami_audit)[1]).stdout
    assert _level(text, key) is VerificationLevel.CHECKPOINT
    for place, character in enumerate(text):
        changed = text[:place] + ("B" if character != "B" else "C") + text[place + 1 :]
        assert _level(changed, key) < VerificationLevel.CHECKPOINT, f"{place}: {character!r}"
        assert _level(text[:place], key) < VerificationLevel.CHECKPOINT
    file = elsewhere.folder / "one.tlog-proof"
    for content, told in [
        (b"", "expected `c2sp.org/tlog-proof@v1`"),
        (text.replace("index 1", "index 0").encode(), "it is record 1, and the proof is of index 0"),
        (b"\xff" * 10, "expected UTF-8"),
        (b"a" * 2_000_000, "at most"),
    ]:
        file.write_bytes(content)
        refused = elsewhere("prove", f"--check={file}", code=1).stderr
        assert "The proof does not hold: " in refused
        assert told in refused


def _level(text: str, key: NoteKey) -> VerificationLevel:
    try:
        return check_record_proof(text, NativeCore(), trusted=Trusted([key])).level
    except ProofError:
        return VerificationLevel.NONE


def test_a_policy_says_how_many_witnesses_must_have_seen_it(ami_audit: Program, elsewhere: Program) -> None:
    """The trail's key and two of three witnesses are what this outsider asks for."""
    ami_audit("repo")
    log = _vkey(ami_audit)
    seeds = [bytes([number]) * 32 for number in range(3)]
    keys = [cosigner_key(f"w{number}.example", NativeCore().public_key(seed)) for number, seed in enumerate(seeds)]
    witnesses = "".join(f"witness w{number} {key}\n" for number, key in enumerate(keys))
    policy = elsewhere.folder / "policy"
    policy.write_text(f"log {log}\n{witnesses}group all 2 w0 w1 w2\nquorum all\n")
    text = ami_audit("prove", _ids(ami_audit)[1]).stdout
    value = SignedCheckpoint.parse(TlogProof.parse(text).checkpoint).checkpoint
    lines = [
        str(Cosignature(7, NativeCore().sign(seed, cosigned_message(value, 7))).line(key).line())
        for seed, key in zip(seeds, keys, strict=True)
    ]
    file = elsewhere.folder / "one.tlog-proof"
    for count, told in [(0, "checkpoint 0/3"), (1, "checkpoint 1/3"), (2, "witnessed 2/3"), (3, "witnessed 3/3")]:
        file.write_text(text + "".join(lines[:count]))
        done = elsewhere("prove", f"--check={file}", f"--policy={policy}", code=int(count < 2))
        assert f"Proven to: {told}" in done.stdout
    assert "cannot be read" in elsewhere("prove", f"--check={file}", "--policy=nowhere", code=2).stderr


def test_a_proof_of_another_trail_is_refused(ami_audit: Program) -> None:
    """The checker says which trail the proof has to be of."""
    ami_audit("init", "--origin=audit.example.org/shop")
    ami_audit("prove", _ids(ami_audit)[0], "--output=one.tlog-proof")
    ami_audit("prove", "--check=one.tlog-proof", "--origin=audit.example.org/shop")
    told = ami_audit("prove", "--check=one.tlog-proof", "--origin=audit.example.org/other", code=1).stderr
    assert "it is of the trail `audit.example.org/shop`, not of `audit.example.org/other`" in told


def test_a_record_newer_than_the_last_checkpoint_is_signed_first(ami_audit: Program) -> None:
    """Unless that is not wanted, or not possible: then the answer says what to do."""
    ami_audit("init")
    (folder,) = (ami_audit.home / ".config" / "ami-audit").iterdir()
    code = (
        "import os; from ami_audit import AuditStore, AuditRecord;"
        "s = AuditStore(); r = AuditRecord(actor='a', action='b', target='c', target_type='file', source='d');"
        "s._portal.run(s.store_record(r)); os._exit(0)"
    )
    ami_audit.python(code)
    newest = _ids(ami_audit)[1]
    assert "ami-audit checkpoint sign" in ami_audit("prove", newest, "--no-sign", code=2).stderr
    hidden = folder.rename(folder.with_name("hidden"))
    told = ami_audit("prove", newest, code=3).stderr
    assert "newer than the last checkpoint, and none can be signed here" in told
    hidden.rename(folder)
    assert "index 1\n" in ami_audit("prove", newest).stdout
    assert "index 1\n" in ami_audit("prove", newest, "--no-sign").stdout
    assert json.loads(ami_audit("checkpoint", "--format=json").stdout)["newer"] == 0


def test_what_is_signed_already_is_proven_without_a_key_and_without_writing(
    ami_audit: Program, repository: Repository
) -> None:
    """Evidence is often a copy on a disk that nobody may write to."""
    ami_audit("init")
    genesis, file = _ids(ami_audit)[0], repository.path / ".audit" / "audit.db"
    before = file.read_bytes()
    assert "index 0\n" in ami_audit("prove", genesis, environment={"AMI_AUDIT_KEYS_DIR": "/nowhere"}).stdout
    assert file.read_bytes() == before


def test_growth_is_proven_between_two_sizes(ami_audit: Program, repository: Repository, elsewhere: Program) -> None:
    """Whoever kept a checkpoint sees that nothing under it has changed since."""
    ami_audit("repo")
    kept = elsewhere.folder / "kept"
    ami_audit("checkpoint", f"--output={kept}")
    repository.commit({"more.py": "x = 1\n"}, message="More")
    ami_audit("repo")
    old = int(kept.read_text().splitlines()[1])
    new = json.loads(ami_audit("checkpoint", "--format=json").stdout)["size"]
    file, key = elsewhere.folder / "growth", _vkey(ami_audit)
    ami_audit("prove", "--consistency", str(old), str(new), f"--output={file}")
    told = elsewhere("prove", f"--check={file}", f"--kept={kept}", f"--vkey={key}").stdout
    assert f"The first {old} records" in told
    assert "Proven to: checkpoint" in told
    assert "--kept FILE" in elsewhere("prove", f"--check={file}", code=2).stderr
    forged = kept.read_text().replace(kept.read_text().splitlines()[2], base64.b64encode(bytes(32)).decode())
    kept.write_text(forged)
    told = elsewhere("prove", f"--check={file}", f"--kept={kept}", f"--vkey={key}", code=1).stderr
    assert "not those of the checkpoint that was kept" in told
    answer = json.loads(ami_audit("prove", "--consistency", "1", "2", "--format=json").stdout)
    assert (answer["old_size"], answer["new_size"], answer["proof"]) == (1, 2, None)


_REFUSED: list[tuple[tuple[str, ...], int, str]] = [
    ((), 2, "Name one thing"),
    (("ffffffffffff", "--consistency", "1", "2"), 2, "Name one thing"),
    (("ffffffffffff",), 2, "No record `ffffffffffff`"),
    (("GENESIS", "--size=0"), 2, "not among the first 0"),
    (("GENESIS", "--size=999"), 2, "No checkpoint of size `999`. The nearest are of 1 records."),
    (("--consistency", "2", "1"), 2, "2 is more than 1"),
    (("--consistency", "0", "999"), 2, "the trail holds 1"),
    (("--consistency", "-1", "1"), 2, "-1"),
    (("--check=nowhere",), 2, "`nowhere` cannot be read"),
    (("--check=README.md",), 1, "expected `c2sp.org/tlog-proof@v1`"),
    (("--check=README.md", "--vkey=x"), 2, "not of the form `name+hash+base64`"),
    (("GENESIS", "--format=yaml"), 2, "none of json, text"),
]


def test_what_cannot_be_proven_is_said_in_one_sentence(ami_audit: Program) -> None:
    """With the exit code that scripts go by."""
    ami_audit("init")
    genesis = _ids(ami_audit)[0]
    for words, code, told in _REFUSED:
        done = ami_audit("prove", *(genesis if word == "GENESIS" else word for word in words), code=code)
        assert told in done.stderr
        assert done.stdout == ""


def test_a_damaged_trail_proves_nothing(ami_audit: Program, repository: Repository) -> None:
    """A proof that does not lead to the signed root must not leave the house."""
    ami_audit("repo")
    genesis = _ids(ami_audit)[0]
    damaged(repository, "UPDATE records SET record_hash = zeroblob(32) WHERE sequence = 3")
    told = ami_audit("prove", genesis, code=1).stderr
    assert "ami-audit verify" in told


def test_checkpoints_are_shown_and_signed(ami_audit: Program) -> None:
    """The note goes to other tools as it is."""
    assert "ami-audit repo" in ami_audit("checkpoint", code=2).stderr
    ami_audit("init", "--origin=audit.example.org/shop")
    note = ami_audit("checkpoint").stdout
    assert note.startswith("audit.example.org/shop\n1\n")
    assert note == ami_audit("checkpoint", "show").stdout == ami_audit("checkpoint", "sign").stdout
    answer = json.loads(ami_audit("checkpoint", "show", "--format=json").stdout)
    assert (answer["note"], answer["signers"]) == (note, ["audit.example.org/shop"])
    assert NoteKey.parse(answer["keys"][0]).name == "audit.example.org/shop"


def test_a_forked_trail_is_not_signed(ami_audit: Program, repository: Repository) -> None:
    """It says what is wrong and offers the way out."""
    ami_audit("init")
    file = repository.path / ".audit" / "audit.db"
    copy = file.read_bytes()
    ami_audit("file", "README.md")
    file.write_bytes(copy)
    elsewhere = {"AMI_AUDIT_STATE_DIR": str(ami_audit.home / "empty")}
    ami_audit("repo", environment=elsewhere)
    told = ami_audit("checkpoint", "sign", code=3).stderr
    assert "are not the ones that this machine has signed" in told
    assert "ami-audit init --new-origin" in told
    ami_audit("init", "--new-origin")
    ami_audit("checkpoint", "sign")


def test_cosignatures_that_cannot_be_read_are_told_of_in_words(ami_audit: Program) -> None:
    """A sentence, and no number of an error in it."""
    ami_audit("init")
    Path(ami_audit.folder, "bytes").write_bytes(b"\xff\xfe")
    for name, why in (("/nope", "No such file or directory"), ("bytes", "it is not UTF-8 text")):
        told = ami_audit("checkpoint", "add", name, code=2).stderr
        assert told == f"ami-audit: The cosignatures in `{name}` cannot be read: {why}.\n"
