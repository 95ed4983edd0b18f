"""The index of a segment beside the work of sealing it, and the two verifiers of a bundle beside each other.

Index: 65,536 records of 1.1 kB from memory, their canonical texts in, columns and eight roots out; sealing is the same
drafts in batches of 2,048, canonicalised, hashed, linked, signed and put into the tree, without a store. Bundle: 1,000
signed records with everything that proves them; both verifiers read the same JSON.
"""

import importlib.util
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from types import ModuleType
from typing import Any

from duel import Duel, Line, Side
from outcome import begin, tell
from place import scratch
from trails import fill, store_in
from workload import drafts

from ami_audit.adapters import bundles
from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.bundle import Bundle
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.linkage import Head
from ami_audit.services.portal import portal
from ami_audit.services.sealing import Entry, Sealer
from ami_audit.services.usecases.bundle import Question, bundle_of
from ami_audit.services.usecases.bundle_verification import Trust, verify_bundle

_CORE = NativeCore()
_SEGMENT, _BATCH, _BUNDLED = 65_536, 2_048, 1_000


class _Signer:
    """Signs with a key that everybody may know."""

    signer = "bench"
    public_key = _CORE.public_key(bytes(32))
    key_id = _CORE.key_id(public_key)

    def sign(self, message: bytes) -> bytes:
        return _CORE.sign(bytes(32), message)

    def sign_records(self, *, origin: str, timestamp_us: int, record_hashes: bytes) -> bytes:
        return _CORE.sign_records(
            bytes(32), origin=origin, signer=self.signer, timestamp_us=timestamp_us, record_hashes=record_hashes
        )


def _sealed(made: Sequence[AuditDraft]) -> list[bytes]:
    """Return the canonical texts of the drafts, sealed in batches."""
    sealer = Sealer(_CORE, origin="bench.example/bundle")
    head, edges, texts = Head(), list[bytes](), list[bytes]()
    for start in range(0, len(made), _BATCH):
        entries = [Entry(draft) for draft in made[start : start + _BATCH]]
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        batch, edges = sealer.seal(entries, head=head, edges=edges, moment=moment, signers=(_Signer(),))
        head = batch.head
        texts += [record.canonical for record in batch.records]
    return texts


def _indexed(texts: Sequence[bytes]) -> int:
    """Index the texts, in the parts in which a trail reads them."""
    parts = []
    for start in range(0, len(texts), _BATCH):
        part = texts[start : start + _BATCH]
        parts.append(_CORE.segment_columns(b"".join(part), list(accumulate(map(len, part)))))
    for field in zip(*parts, strict=True):
        _CORE.segment_root(b"".join(field), 0)
    return len(texts)


def _single_file() -> ModuleType:
    place = Path(bundles.__file__).with_name("verify.py")
    spec = importlib.util.spec_from_file_location("single_file", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _bundled() -> bytes:
    with scratch() as folder, store_in(folder) as store:
        fill(store, drafts(_BUNDLED), is_signed=True)
        return portal.run(bundle_of(store, Question({}))).text()


def _judged_natively(text: bytes) -> int:
    report = verify_bundle(Bundle.read(text), _CORE, trust=Trust())
    assert not report.faults
    return report.records


def _judged_alone(script: Any, text: bytes) -> int:
    said = script.judged(script.read_document(text), [], None)
    assert not said["faults"]
    return int(said["records"])


def _lines() -> list[Line]:
    made = drafts(_SEGMENT)
    texts, text, script = _sealed(made), _bundled(), _single_file()
    duel = Duel(
        {
            "index": Side("columns and roots of a segment", lambda: _indexed(texts)),
            "seal": Side("sealing its records, signed", lambda: len(_sealed(made))),
            "native": Side("`verify --bundle`", lambda: _judged_natively(text)),
            "alone": Side("`verify.py`, plain Python", lambda: _judged_alone(script, text)),
        }
    ).run()
    size = f"{len(text) / 1e6:.1f} MB of JSON"
    return [
        duel.line("index of a segment", "index", "seal", unit="records"),
        duel.line("bundle of 1,000 signed records", "native", "alone", unit="records", note=size),
    ]


if __name__ == "__main__":
    begin("bundle")
    tell("bundle", _lines())
