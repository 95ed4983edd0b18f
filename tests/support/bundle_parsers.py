"""The readers of bundles: two verifiers that must say the same of any text, and what packs bundles into archives."""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from ami_audit.adapters.bundles.archive import packed, unpacked
from ami_audit.domain.segment import ACTION, SegmentClaim
from ami_audit.services.usecases.bundle import Question, made_bundle
from tests.support.bundles import append, both, opened, respelt

_DEEPEST_ARCHIVE = b"PK\x03\x04"


@cache
def bundles() -> Sequence[bytes]:
    """Return bundles of a small trail: one that answers a filter, one of a picked record, one of everything."""

    async def made() -> list[bytes]:
        with tempfile.TemporaryDirectory() as folder:
            session = await opened(Path(folder), segment_size=4)
            await append(session, 9)
            questions = (Question({"actor": "user1"}), Question({"action": "nothing"}), Question({}))
            found = [(await made_bundle(session, question)).text() for question in questions]
            await session.close()
            return found

    return asyncio.run(made())


def archives() -> Sequence[bytes]:
    """Return packed bundles."""
    return [packed(text) for text in bundles()[:2]]


def claims() -> Sequence[bytes]:
    """Return the canonical text of records that index a segment, and of one that does not."""
    records = json.loads(bundles()[2])["records"]
    texts = [record["canonical"] for record in records if ACTION in record["canonical"]]
    assert texts
    return [text.encode() for text in (*texts[:2], records[0]["canonical"])]


def read_bundle(data: bytes) -> None:
    """Let both verifiers judge the text, and the same JSON in the spelling that bundles have."""
    both(data)
    try:
        document = json.loads(data)
        spelt = respelt(document)
    except (ValueError, RecursionError):
        return
    if isinstance(document, dict):
        both(spelt)


def read_archive(data: bytes) -> None:
    """Take a bundle out of what may be an archive."""
    for content in (data, _DEEPEST_ARCHIVE + data):
        with tempfile.NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            unpacked(Path(file.name))


def read_claim(data: bytes) -> None:
    """Read what a record says about a segment."""
    claim = SegmentClaim.read(data, 1 << 40)
    assert claim is None or claim.first < claim.end
