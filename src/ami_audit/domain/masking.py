"""What in a text would open a door, and how it is written without opening one.

A secret is replaced by `[masked KIND]`. One that nobody can guess (a token of a hundred bits) also keeps the beginning
that names its issuer and a fingerprint, so that two places with the same token can be seen to be the same; a password
gets none, because a fingerprint of a word tells the word to whoever tries a dictionary.
"""

import hashlib
import re
from typing import Any, NamedTuple

_FINGERPRINT = 12
_DEEPEST = 32

# What no secret can be without, in small letters: most texts have none of it, and plain search is the fastest.
_WORDS = (
    "pass", "pwd", "secret", "token", "key", "credential", "authori", "bearer", "basic", "cookie", "sig=", "signature=",
    "://", "eyj", "akia", "asia", "aiza", "ghp_", "gho_", "ghs_", "ghu_", "ghr_", "github_pat_", "glpat-", "xox",
    "_live_", "sk-", "npm_", "sg.", "auth=", "auth:", "pin=", "pin:", "otp=", "otp:",
)  # fmt: skip
# The same more narrowly.
_TRIGGER = re.compile(
    r"""pass|pwd|secret|token|api.?key|access.?key|credential|authori[sz]ation|bearer|basic\s|cookie|private.?key
    |sig(?:nature)?=|://[^/\s@]*@|eyJ|A[KS]IA|AIza|gh[opsur]_|github_pat_|glpat-|xox[abeoprs]-|[sr]k_live_|sk-|npm_
    |PRIVATE\ KEY|SG\.|\b(?:auth|pin|otp)[=:]""",
    re.IGNORECASE | re.VERBOSE,
)

_KEY = r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----"
_NAME = (
    r"[\w.-]*(?:pass(?:word|wd|phrase|code)?|pwd|secret(?:[_-]?(?:access)?[_-]?key)?|(?:access|auth|refresh|id|csrf|session|api|"
    r"bearer|security)[_-]?token|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|client[_-]?secret)"
)

# Kind, pattern, and whether nobody can guess it. The group `s` is the secret; what the group `p` holds is kept of it.
_PATTERNS: tuple[tuple[str, re.Pattern[str], bool], ...] = (
    (
        "private key",
        re.compile(rf"(?P<s>{_KEY}.*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|\Z))", re.DOTALL),
        True,
    ),
    ("JSON web token", re.compile(r"(?P<s>\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"), True),
    ("AWS access key", re.compile(r"(?P<s>\b(?P<p>A[KS]IA)[0-9A-Z]{16}\b)"), True),
    ("Google API key", re.compile(r"(?P<s>\b(?P<p>AIza)[\w-]{35}\b)"), True),
    ("GitHub token", re.compile(r"(?P<s>\b(?P<p>gh[opsur]_|github_pat_)\w{20,})"), True),
    ("GitLab token", re.compile(r"(?P<s>\b(?P<p>glpat-)[\w-]{20,})"), True),
    ("Slack token", re.compile(r"(?P<s>\b(?P<p>xox[abeoprs]-)[\w-]{10,})"), True),
    ("Stripe key", re.compile(r"(?P<s>\b(?P<p>[sr]k_live_)\w{16,})"), True),
    ("SendGrid key", re.compile(r"(?P<s>\b(?P<p>SG\.)[\w-]{16,}\.[\w-]{16,})"), True),
    ("API key", re.compile(r"(?P<s>\b(?P<p>sk-)[\w-]{20,})"), True),
    ("npm token", re.compile(r"(?P<s>\b(?P<p>npm_)\w{30,})"), True),
    ("password in a URL", re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@]*:(?P<s>[^/\s@\[]+)@", re.IGNORECASE), False),
    ("user in a URL", re.compile(r"\b[a-z][a-z0-9+.-]*://(?P<s>(?!\[masked|git@)[^/\s:@?#]+)@", re.IGNORECASE), False),
    (
        "secret",
        re.compile(
            r"\b(?:password|passwd|passphrase|passcode)\s+(?:is|was)\s+"
            r"['\"]?(?P<s>(?!\[masked)(?-i:[^\s'\",;]*[\dA-Z!#$%&*+=@^_~][^\s'\",;]*))",
            re.IGNORECASE,
        ),
        False,
    ),
    (
        "secret",
        re.compile(
            r"(?<![\w-])(?:auth[=:]|(?:pin|otp)(?:=|:\s?))['\"]?(?P<s>(?!\[masked)[^\s'\",;&)}\]]{4,})", re.IGNORECASE
        ),
        False,
    ),
    ("bearer token", re.compile(r"\bbearer\s+(?P<s>(?!\[masked)[\w.~+/=-]{8,})", re.IGNORECASE), True),
    ("credentials", re.compile(r"\bbasic\s+(?P<s>[\w+/]{8,}={0,2})(?![\w+/=])", re.IGNORECASE), False),
    ("cookie", re.compile(r"\b(?:set-)?cookie['\"]?\s*[:=]\s*(?P<s>(?!\s*\[masked)[^\r\n]+)", re.IGNORECASE), False),
    (
        "authorization",
        re.compile(
            r"\bauthori[sz]ation['\"]?\s*[:=]\s*['\"]?(?P<s>(?!\[masked|bearer\b|basic\b)[^\s'\",;]{4,}(?:\s+[^\s'\",;]{8,})?)",
            re.IGNORECASE,
        ),
        False,
    ),
    (
        "secret",
        re.compile(
            rf"(?<![\w]){_NAME}\\?['\"]?\s*(?:=>|[:=])\s*"
            r"(?:\\?\"(?P<d>(?!\[masked)(?:[^\"\\]|\\.)+?)\\?\"|'(?P<q>(?!\[masked)[^']+)'|(?P<s>(?!\[masked|['\"{\[(<])[^\s'\",;&)}\]]+))",
            re.IGNORECASE,
        ),
        False,
    ),
    (
        "signature",
        re.compile(r"[?&](?:x-amz-signature|sig|signature)=(?P<s>(?!\[masked)[\w%.+/=-]{8,})", re.IGNORECASE),
        True,
    ),
)
_SECRET_NAME = re.compile(rf"{_NAME}|authori[sz]ation|(?:set-)?cookie2?", re.IGNORECASE)
# What stands after `password:` and is none.
_HARMLESS = frozenset({"none", "null", "true", "false", "nil", "undefined", "empty", "***", "for", "is", "was", "<*>"})


class Masked(NamedTuple):
    """A text without its secrets, and which kinds there were, in their order."""

    text: str
    kinds: tuple[str, ...] = ()


def masked(text: str) -> Masked:
    """Return the text with what would open a door replaced; the same text gives the same answer."""
    lowered = text.lower()
    if not any(word in lowered for word in _WORDS) or _TRIGGER.search(text) is None:
        return Masked(text)
    kinds: list[str] = []
    for kind, pattern, is_long in _PATTERNS:
        text = pattern.sub(_Masking(kind, kinds, is_long=is_long), text)
    return Masked(text, tuple(dict.fromkeys(kinds)))


def is_secret_name(name: str) -> bool:
    """Return whether what stands under a name is a secret: `password`, `X-Api-Key`, `Authorization`."""
    return _SECRET_NAME.fullmatch(name) is not None


def masked_value(value: Any, *, name: str = "", depth: int = 0) -> Any:
    """Return a JSON value without secrets: those in its texts, and whatever stands under a name such as `password`."""
    if name and isinstance(value, str | int | float) and not isinstance(value, bool) and _SECRET_NAME.fullmatch(name):
        return value if _is_harmless(str(value)) else "[masked secret]"
    if isinstance(value, str):
        return masked(value).text
    if depth >= _DEEPEST:
        return None if isinstance(value, dict | list) else value
    if isinstance(value, dict):
        return {key: masked_value(item, name=key, depth=depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [masked_value(item, name=name, depth=depth + 1) for item in value]
    return value


class _Masking:
    """Replaces what one pattern found, and notes that something was found."""

    def __init__(self, kind: str, kinds: list[str], *, is_long: bool) -> None:
        self._kind = kind
        self._kinds = kinds
        self._is_long = is_long

    def __call__(self, found: re.Match[str]) -> str:
        groups = found.groupdict()
        name = next(name for name in ("s", "d", "q") if groups.get(name) is not None)
        secret = groups[name]
        if not self._is_long and _is_harmless(secret):
            return found[0]
        self._kinds.append(self._kind)
        start, end = found.start(name) - found.start(), found.end(name) - found.start()
        return found[0][:start] + self._told(secret, groups.get("p") or "") + found[0][end:]

    def _told(self, secret: str, issuer: str) -> str:
        if not self._is_long:
            return f"[masked {self._kind}]"
        fingerprint = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()[:_FINGERPRINT]
        return f"[masked {self._kind}{f' {issuer}…' if issuer else ''} #{fingerprint}]"


def _is_harmless(secret: str) -> bool:
    return secret.lower().rstrip(".") in _HARMLESS or set(secret) <= {"*", "x", "X", ".", "•"}
