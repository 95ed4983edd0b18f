"""How much of an archive is looked at, so that none can fill memory, disk or time."""

from dataclasses import dataclass


class SpentError(Exception):
    """So much was unpacked, or there are so many members, that nothing more is looked at; says which."""

    def __init__(self, kind: str, reason: str) -> None:
        """Args: `kind` and `reason` are those of the remark to be made."""
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


@dataclass(frozen=True)
class Limits:
    """The bounds for one file, with all that is packed within it.

    Attributes:
        members: Members told.
        unpacked_bytes: Bytes unpacked in all.
        ratio: Bytes unpacked for one of the file's, once `harmless_bytes` were.
        harmless_bytes: Unpacking so much is never a bomb.
        depth: Archives within archives; the file itself is the first.
        within_bytes: Size of an archive within that is looked into.
        directory_bytes: Size of a zip's list of members.
        header_bytes: Size of all that a tar says of one member before its content.
        window_bytes: Memory that unpacking may need.
    """

    members: int = 100_000
    unpacked_bytes: int = 8 << 30
    ratio: int = 250
    harmless_bytes: int = 64 << 20
    depth: int = 3
    within_bytes: int = 256 << 20
    directory_bytes: int = 16 << 20
    header_bytes: int = 256 << 10
    window_bytes: int = 128 << 20


class Budget:
    """What is left of the limits for one file."""

    def __init__(self, limits: Limits, packed_bytes: int) -> None:
        """Args: `packed_bytes` is the file's size."""
        self.limits = limits
        self.members = 0
        self.unpacked_bytes = 0
        self._packed_bytes = max(packed_bytes, 1)

    def take_member(self) -> None:
        """Count one member more.

        Raises:
            SpentError: There are too many.
        """
        self.members += 1
        if self.members > self.limits.members:
            self.members -= 1
            raise SpentError("archive-limited", f"it has more than {self.limits.members:,} members")

    def take_bytes(self, count: int) -> None:
        """Count bytes that were unpacked.

        Raises:
            SpentError: They are too many, or too many for the file's size.
        """
        self.unpacked_bytes += count
        limits = self.limits
        if self.unpacked_bytes > limits.unpacked_bytes:
            raise SpentError("archive-limited", f"it unpacks to more than {limits.unpacked_bytes:,} bytes")
        if self.unpacked_bytes > max(limits.harmless_bytes, self._packed_bytes * limits.ratio):
            reason = f"{self._packed_bytes:,} bytes unpack to more than {limits.ratio} times as many"
            raise SpentError("archive-bomb", reason)
