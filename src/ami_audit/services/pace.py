"""Signs checkpoints while a trail grows: after so many records, and after so much time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from ami_audit.domain.errors import AuditError, RolledBackError
from ami_audit.domain.linkage import StoredCheckpoint


class Pace(NamedTuple):
    """How much may stand unsigned at the trail's end while a session is open; 0 means any amount.

    Attributes:
        every_records: Records.
        every_s: Seconds since the first of them.
    """

    every_records: int = 0
    every_s: float = 0.0


NEVER = Pace()


class Pacer:
    """Calls for a checkpoint when one is due, beside the appends and never two at once.

    One that fails is called for again when the next is due, and at the end whoever closes the session is told. Only the
    refusal to sign a store that was set back stays: from then on nothing may be appended.
    """

    def __init__(self, sign: Callable[[], Awaitable[StoredCheckpoint | None]], pace: Pace, *, signed: int) -> None:
        """Args: `sign` signs where the trail stands; `signed` is the size that is signed already."""
        self._sign = sign
        self._pace = pace
        self._size = self._asked = self._signed = signed
        self._work: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._refusal: RolledBackError | None = None

    def check(self) -> None:
        """Return when records may be appended.

        Raises:
            RolledBackError: The store was set back while it was open.
        """
        if self._refusal is not None:
            raise self._refusal

    def grown(self, size: int) -> None:
        """Take note that the trail has `size` records now."""
        self._size = size
        if 0 < self._pace.every_records <= size - self._asked:
            self._begin()
        self._set_timer()

    async def stop(self) -> None:
        """Call for nothing more, and return when nothing is under way."""
        if self._work is not None:
            await asyncio.wait([self._work])
            await asyncio.sleep(0)  # what follows its end sets the timer
        self._forget_timer()

    def _begin(self) -> None:
        self._forget_timer()
        if self._work is None or self._work.done():
            self._asked = self._size
            self._work = asyncio.create_task(self._signed_now())
            self._work.add_done_callback(lambda _: self._set_timer())

    async def _signed_now(self) -> None:
        try:
            kept = await self._sign()
        except RolledBackError as refusal:
            self._refusal = refusal
        except AuditError:
            return  # it is tried again; closing the session says what is wrong, if it still is
        else:
            self._signed = max(self._signed, kept.size if kept else self._asked)

    def _set_timer(self) -> None:
        """Let what is not signed be signed in time; what is being signed may not hold what was appended since."""
        is_busy = self._work is not None and not self._work.done()
        if self._timer is None and not is_busy and self._size > self._signed and self._pace.every_s > 0:
            self._timer = asyncio.get_running_loop().call_later(self._pace.every_s, self._begin)

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
