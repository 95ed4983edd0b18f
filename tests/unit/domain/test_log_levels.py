"""Is trouble known, by its level or by its words?"""

import pytest

from ami_audit.domain.kinds import LogLevel
from ami_audit.domain.log_levels import troubling, worst


def test_the_gravest_level_counts() -> None:
    """A template that was an error once is told."""
    assert worst(["info", "critical", None, "error"]) is LogLevel.CRITICAL
    assert worst([None, "none"]) is None


@pytest.mark.parametrize(
    ("levels", "text", "found"),
    [
        ({"info": 9, "error": 1}, "done", LogLevel.ERROR),
        ({"info": 9}, "connection failed", None),
        ({"none": 3}, "Failed password for root", LogLevel.WARNING),
        ({"none": 3}, "connection refused by peer", LogLevel.WARNING),
        ({"none": 3}, "POSSIBLE BREAK-IN ATTEMPT!", LogLevel.WARNING),
        ({"none": 3}, "session opened for user <*>", None),
        ({"none": 3}, "finished with 0 errors", None),
        ({"none": 3}, "no failures", None),
        ({"none": 3}, "Depends: libgpg-error-dev, libx (= <number>)", None),
        ({"none": 3}, "run with --install /usr/share/error.html --on-error=abort", None),
        ({"none": 3}, "pam_unix(sshd:auth): authentication failure; logname=", LogLevel.WARNING),
        ({"none": 3}, "chrome.exe error : Could not connect", LogLevel.WARNING),
        ({"none": 3}, "error: Received disconnect", LogLevel.WARNING),
        ({"none": 3}, "open() failed (2: No such file)", LogLevel.WARNING),
        ({"none": 3}, "RAS KERNEL FATAL data TLB error interrupt", LogLevel.CRITICAL),
        ({"none": 3}, "NULL DISCOVERY ERROR Node card status: no ALERTs", LogLevel.ERROR),
        ({"none": 3}, "RAS KERNEL INFO <number> ddr errors(s) detected and corrected", None),
        ({"none": 3, "debug": 0}, "segfault at 0", LogLevel.WARNING),
    ],
)
def test_trouble_is_known(levels: dict[str, int], text: str, found: LogLevel | None) -> None:
    """Half of what systems write names no level; where one is named, it is believed."""
    assert troubling(levels, text) is found
