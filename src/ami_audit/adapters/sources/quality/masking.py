"""Hides secrets that tools and agents quote from the code they complain of."""

import re

_HIDDEN = "[hidden]"
# A cheap look that most messages do not pass.
_HINT = re.compile(r"passw|pwd|secret|token|api[_-]?key|credential|AKIA|gh[pousr]_|sk-|BEGIN|://", re.IGNORECASE)
_PATTERNS = (
    # Bandit's B105 to B107 quote the password itself; any quote may stand in it.
    (re.compile(r"(Possible hardcoded password: )['\"].*['\"]", re.DOTALL), r"\1" + _HIDDEN),
    (
        re.compile(
            r"((?:passw(?:or)?d|pwd|secret|token|api[_-]?key|credentials?)\w{0,30}['\"]?\]?\s{0,5}(?:[:=]|=>)\s{0,5}b?)"
            r"(?:\"[^\"\n]{1,4000}\"|'[^'\n]{1,4000}')",
            re.IGNORECASE,
        ),
        r"\1" + _HIDDEN,
    ),
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), _HIDDEN),
    (re.compile(r"\bgh[pousr]_[0-9A-Za-z]{20,255}\b"), _HIDDEN),
    (re.compile(r"\bsk-[0-9A-Za-z_-]{20,255}"), _HIDDEN),
    (re.compile(r"(://[^/\s:@]{1,200}:)[^/\s@]{1,200}@"), r"\1" + _HIDDEN + "@"),
    (
        re.compile(
            r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.{0,20000}?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)", re.DOTALL
        ),
        _HIDDEN,
    ),
)


def masked(message: str) -> str:
    """Return the message with what looks like a secret in it hidden."""
    if _HINT.search(message) is None:
        return message
    for pattern, hidden in _PATTERNS:
        message = pattern.sub(hidden, message)
    return message
