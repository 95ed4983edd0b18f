"""Every reader of text or bytes from outside that is written in Python: what it may raise, and texts to begin with.

The fuzzer (`tests.support.fuzzing`) and the property test (`tests/property/test_parsers.py`) feed them anything.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ami_audit.adapters.signers.file.card import card_of
from ami_audit.adapters.sources.git.commit import commit_of
from ami_audit.adapters.sources.git.mailmap import Mailmap
from ami_audit.adapters.sources.git.message import message_facts
from ami_audit.adapters.sources.git.openpgp import issuer_of
from ami_audit.adapters.sources.git.sshsig import fingerprint_of
from ami_audit.adapters.stores.sqlite.projection import is_id_of, projected
from ami_audit.domain.archive import ArchiveHead, read_record
from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.classification import policy_of
from ami_audit.domain.cosignature import Cosignature
from ami_audit.domain.disclosure import Disclosure
from ami_audit.domain.errors import (
    AuditError,
    ConfigurationError,
    FormatError,
    KeyStoreError,
    MalformedError,
    ProofError,
    UsageError,
)
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.moment import read, written
from ami_audit.domain.note import NoteKey, SignedNote
from ami_audit.domain.proof import Leaf, TlogProof
from ami_audit.domain.quorum import QuorumPolicy
from ami_audit.domain.remembered import Remembered
from ami_audit.domain.rules import approvals_of
from ami_audit.domain.store_check import acknowledged_in
from ami_audit.domain.text import one_line
from ami_audit.domain.tiles import entries_in
from ami_audit.domain.when import moment_of
from ami_audit.domain.witnessing import CosignRequest
from ami_audit.entrypoints.settings import settings_at
from tests.support.bundle_parsers import archives, bundles, claims, read_archive, read_bundle, read_claim
from tests.support.house import ROOT

_VECTORS = ROOT / "tests" / "vectors"
_DATA = _VECTORS / "data"
_NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
_SIZES = 1 << 14


@dataclass(frozen=True)
class Parser:
    """One reader.

    Attributes:
        read: Reads bytes; checks what it returns, where there is something to check.
        raises: All that it says it may raise.
        seeds: Texts that it reads, or nearly.
    """

    read: Callable[[bytes], object]
    raises: type[AuditError] | tuple[type[AuditError], ...]
    seeds: Callable[[], Sequence[bytes]]

    def feed(self, data: bytes) -> None:
        """Read the bytes; only what is documented may be raised, with something to say."""
        try:
            self.read(data)
        except self.raises as error:
            said = str(error)
        else:
            return
        assert said, data
        assert one_line(said).isprintable(), data  # as the command line says it


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _files(*patterns: str) -> Callable[[], Sequence[bytes]]:
    def seeds() -> Sequence[bytes]:
        found = [path for pattern in patterns for path in sorted(_VECTORS.glob(pattern)) if path.is_file()]
        assert found, patterns
        return [path.read_bytes()[:_SIZES] for path in found]

    return seeds


def _words(*texts: str | bytes) -> Callable[[], Sequence[bytes]]:
    return lambda: [text if isinstance(text, bytes) else text.encode() for text in texts]


def _note(data: bytes) -> None:
    note = SignedNote.parse(_text(data))
    assert SignedNote.parse(str(note)) == note


def _checkpoint(data: bytes) -> None:
    signed = SignedCheckpoint.parse(_text(data))
    assert SignedCheckpoint.parse(signed.note()) == signed


def _key(data: bytes) -> None:
    key = NoteKey.parse(_text(data))
    assert NoteKey.parse(str(key)) == key


def _proof(data: bytes) -> None:
    proof = TlogProof.parse(_text(data))
    assert TlogProof.parse(proof.format()) == proof


def _leaf(data: bytes) -> None:
    assert Leaf.parse(data).data() == data


def _moment(data: bytes) -> None:
    moment = read(_text(data))
    assert read(written(moment)) == moment


def _when(data: bytes) -> None:
    assert moment_of(_text(data), now=_NOW).tzinfo is UTC


def _settings(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / ".audit").mkdir()
        (place / ".audit" / "config.toml").write_bytes(data)
        settings = settings_at(place)
        assert settings.values.busy_timeout_s > 0


def _row(data: bytes) -> None:
    record = SealedRecord(3, "0193a5b0-7e1c-7c3a-9d2f-2f4b5c6d7e8f", bytes(32), 0, bytes(32), data, b"")
    assert projected(record).sequence == 3
    assert is_id_of(record) in {True, False}


def _commit(data: bytes) -> None:
    commit_of("0" * 40, data)


def _mailmap(data: bytes) -> None:
    Mailmap(data)


_COMMIT = (
    b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nparent 1111111111111111111111111111111111111111\n"
    b"author Ann <ann@example.org> 1700000000 +0100\ncommitter Ann <ann@example.org> 1700000000 +0100\n"
    b"encoding ISO-8859-1\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----\n\nA message\n"
)
_ROW = (
    b'{"action":"file.observed","actor":"ann","metadata":{"observed":"00"},"record_id":'
    b'"0193a5b0-7e1c-7c3a-9d2f-2f4b5c6d7e8f","severity":"info","source":"file_source/1","target":"a.py",'
    b'"timestamp":"2026-01-02T03:04:05.000678Z"}'
)
_CARD = b"ami-audit private key\nsigner: ann@desk\nkey id: 00\ncreated: 2026-01-02T03:04:05.000678Z\n\n-----BEGIN"
_REMEMBERED = b'{"rules": 1, "origin": "example.org/shop", "size": 12, "root": "00", "digest": "00"}'
_CONFIG = (
    'store = "a.db"\norigin = "example.org/shop"\nsources = ["git", "file"]\nbusy_timeout_s = 1.5\n[table]\na = 1\n'
)

_DEEP = ("a = " + "[" * 5000, "a = " + "9" * 5000)
_POLICY = """subject = "actor"
[values]
"file.*" = ["context.user.name"]
[records]
"person.*" = "RESTRICTED"
[retention]
keep = "365d"
"""
_APPROVALS = '[approvals]\n"deploy.*" = {needed = 2, of = ["ann", "bob"]}\n"x" = {needed = 3}\n'
_HEAD = '{"schema": "ami-audit/archive/1", "origin": "a", "first": 0, "cut": 1e400, "edges": ["00"], "consistency": ""}'
_ARCHIVED = (
    '{"sequence": 1, "record_id": "x", "previous_hash": "00", "nonce": "1", "record_hash": "00", "signatures": "", '
    '"canonical": "{}"}'
)

PARSERS: dict[str, Parser] = {
    "note": Parser(_note, FormatError, _files("data/c2sp/signed-note*", "golden/*/checkpoint.txt")),
    "checkpoint": Parser(_checkpoint, FormatError, _files("data/c2sp/tlog-checkpoint*", "golden/*/checkpoint.txt")),
    "key": Parser(
        _key, FormatError, _words("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "a+0+AQ==")
    ),
    "cosignature": Parser(Cosignature.parse, FormatError, _words(bytes(72), b"\x7f" * 72, b"short")),
    "request": Parser(CosignRequest.parse, FormatError, _files("data/c2sp/tlog-witness*", "data/tlog-witness/*")),
    "policy": Parser(QuorumPolicy.parse, FormatError, _files("data/c2sp/tlog-policy*")),
    "proof": Parser(_proof, ProofError, _files("data/tlog-proof/*", "data/c2sp/tlog-proof*")),
    "leaf": Parser(_leaf, ProofError, _words(b"\x01" + bytes(72), b"\x01" + b"\xff" * 72)),
    "entries": Parser(
        lambda data: entries_in(data, path="tile/entries/000"), ProofError, _words(b"\0\x01a\0\0\0\x02bc", b"\xff\xff")
    ),
    "bundle": Parser(read_bundle, (), bundles),
    "archive": Parser(read_archive, FormatError, archives),
    "segment": Parser(read_claim, MalformedError, claims),
    "classes": Parser(
        lambda data: policy_of(_text(data), where="policy.toml"), ConfigurationError, _words(_POLICY, *_DEEP)
    ),
    "approvals": Parser(
        lambda data: approvals_of(_text(data), where="policy.toml"), ConfigurationError, _words(_APPROVALS, *_DEEP)
    ),
    "disclosure": Parser(
        lambda data: Disclosure.parse(_text(data)), MalformedError, _words("WyJzYWx0IiwibmFtZSIsMV0", "W1tb" * 2000)
    ),
    "archive-head": Parser(lambda data: ArchiveHead.parse(_text(data)), FormatError, _words(_HEAD)),
    "archive-record": Parser(
        lambda data: read_record(_text(data), 1),
        FormatError,
        _words(_ARCHIVED, _ARCHIVED.replace("1", "Infinity", 1), _ARCHIVED.replace("{}", "\\ud800")),
    ),
    "remembered": Parser(lambda data: Remembered.parse(_text(data)), MalformedError, _words(_REMEMBERED)),
    "moment": Parser(_moment, MalformedError, _words("2026-01-02T03:04:05.000678Z", "2024-02-30T00:00:00.000000Z")),
    "when": Parser(
        _when,
        UsageError,
        _words(
            "7 days ago", "3h", "yesterday", "2024-01-31", "2024-01-31T12:00:00+02:00", "@1700000000", "9999 years ago"
        ),
    ),
    "settings": Parser(
        _settings,
        ConfigurationError,
        _words(_CONFIG, "difficulty_bits = 3\n", "a.b.c = {}\n", "a = " + "[" * 5000, "a = " + "9" * 5000),
    ),
    "receipts": Parser(
        lambda data: acknowledged_in(_text(data), where="list"), UsageError, _words("a b # c\n\nd\n", "a b c\n")
    ),
    "card": Parser(lambda data: card_of(_text(data)), KeyStoreError, _words(_CARD)),
    "index-row": Parser(_row, (), _words(_ROW, b'{"record_id":1}', b"[]", b"{" * 2000)),
    "git-commit": Parser(_commit, (), _words(_COMMIT, b"\n\n", b"tree\n")),
    "git-message": Parser(message_facts, (), _words("A title\n\nSigned-off-by: Ann <a@b>\n", b"\xff\xfe")),
    "git-mailmap": Parser(_mailmap, (), _words("Ann <ann@example.org> <old@example.org>\n# x\n<a@b> <c@d>\n")),
    "git-openpgp": Parser(issuer_of, (), _words("-----BEGIN PGP SIGNATURE-----\n\niHUEABYKAB0WIQ==\n=AAAA\n-----END")),
    "git-sshsig": Parser(
        fingerprint_of,
        (),
        _words("-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAQAAADMAAAAL\n-----END SSH SIGNATURE-----"),
    ),
}
