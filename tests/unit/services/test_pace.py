"""Is a checkpoint called for when one is due, once, and again after it failed?"""

import asyncio

import pytest

from ami_audit.domain.errors import RolledBackError, StoreError
from ami_audit.domain.linkage import StoredCheckpoint
from ami_audit.services.pace import Pace, Pacer

_SOON_S = 0.02


class _Trail:
    """A trail that counts how often it is signed; signing takes until `gate` is open."""

    def __init__(self, pace: Pace) -> None:
        self.size = 0
        self.signed: list[int] = []
        self.fault: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.came = asyncio.Event()
        self.pacer = Pacer(self._sign, pace, signed=0)

    def append(self, count: int = 1) -> None:
        for _ in range(count):
            self.size += 1
            self.pacer.grown(self.size)

    async def _sign(self) -> StoredCheckpoint | None:
        size = self.size
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        self.signed.append(size)
        self.came.set()
        return StoredCheckpoint(size, "")

    async def until(self, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self.signed) < count:
                self.came.clear()
                await self.came.wait()


async def test_records_that_come_at_once_call_for_one_checkpoint() -> None:
    """Signing costs two flushes to disk; it must not be queued up behind itself."""
    trail = _Trail(Pace(every_records=10))
    trail.append(9)
    await trail.pacer.stop()
    assert trail.signed == []
    trail.append(500)
    await trail.until(1)
    await trail.pacer.stop()
    assert trail.signed == [509]


async def test_what_is_appended_while_one_is_signed_is_signed_in_time() -> None:
    """The last record of a busy minute must not wait for the next busy minute."""
    trail = _Trail(Pace(every_records=1, every_s=_SOON_S))
    trail.gate.clear()
    trail.append()
    await asyncio.sleep(0)
    trail.append()
    trail.gate.set()
    await trail.until(2)
    assert trail.signed == [1, 2]
    await asyncio.sleep(3 * _SOON_S)
    assert trail.signed == [1, 2]
    await trail.pacer.stop()


async def test_one_that_failed_is_called_for_again() -> None:
    """A disk that was full for a while must not leave a trail unsigned for ever."""
    trail = _Trail(Pace(every_s=_SOON_S))
    trail.fault = StoreError("signing", "the disk is full")
    trail.append()
    await asyncio.sleep(3 * _SOON_S)
    trail.pacer.check()
    trail.fault = None
    await trail.until(1)
    await trail.pacer.stop()
    assert trail.signed == [1]


async def test_a_refusal_stays() -> None:
    """A store that was set back is not written on."""
    trail = _Trail(Pace(every_records=1))
    trail.fault = RolledBackError("comparing", "set back")
    trail.append()
    await trail.pacer.stop()
    with pytest.raises(RolledBackError, match="set back"):
        trail.pacer.check()


async def test_nothing_is_called_for_after_the_end() -> None:
    """The store is closed then."""
    trail = _Trail(Pace(every_s=_SOON_S))
    trail.append()
    await trail.pacer.stop()
    await asyncio.sleep(3 * _SOON_S)
    assert trail.signed == []
