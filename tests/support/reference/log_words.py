"""Masking and templates of logs in plain Python."""

import re
from dataclasses import dataclass, field

_SPACE = rb" \t\n\r\x00\x0b\x0c"
_WORD = re.compile(rb"[^" + _SPACE + rb"]+")
_RUN = re.compile(rb"[0-9A-Za-z]+")
_PATH = re.compile(rb"[/\\][^\"',;)(\][}{<>|?=:&]+")
_UUID = re.compile(rb"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_IP = re.compile(rb"(?:\d{1,3}+\.){3}\d{1,3}+(?!\.?[0-9A-Za-z])")
_COLONS = re.compile(rb"[0-9A-Fa-f:]+")
_NUMBER = re.compile(rb"\d++(?:[.,]\d++)*")
_SIGN_AFTER = b"=([,:_"
_TIME_UNITS = {b"ms", b"s", b"us", b"ns", b"m", b"h", b"d", b"sec", b"secs", b"min"}


def log_words(message: bytes) -> bytes:
    """Return a message's words, masked, with one space between."""
    message = message[:4096]
    masked = []
    before = b""
    for found in list(_WORD.finditer(message))[:256]:
        word = found[0]
        masked.append(word if _is_kept(word, before) else _masked(word))
        before = word
    return b" ".join(masked)


def _is_kept(word: bytes, before: bytes) -> bool:
    if not word.isdigit():
        return False
    return (before.endswith(b'"') and len(word) == 3) or (before.endswith(b"EventID") and len(word) <= 5)


def _masked(word: bytes) -> bytes:
    if not re.search(rb"[0-9/\\]", word):
        return word
    at, out = 0, b""
    while at < len(word):
        end, piece = _piece(word, at)
        at, out = end, out + piece
    return out


def _piece(word: bytes, at: int) -> tuple[int, bytes]:
    if found := _PATH.match(word, at):
        return found.end(), b"<path>"
    if found := _RUN.match(word, at):
        return _run(word, at, found[0])
    is_sign = word[at : at + 1] in {b"-", b"+"} and word[at + 1 : at + 2].isdigit()
    leads = at == 0 or word[at - 1] in _SIGN_AFTER
    return at + 1, b"" if is_sign and leads else word[at : at + 1]


def _run(word: bytes, at: int, run: bytes) -> tuple[int, bytes]:
    is_hex = re.fullmatch(rb"[0-9A-Fa-f]+", run) is not None
    if is_hex and len(run) == 8 and (found := _UUID.match(word, at)):
        return found.end(), b"<uuid>"
    if is_hex and len(run) <= 4 and (address := _address(word, at)):
        return address
    if run.isdigit():
        return _digits(word, at, run)
    return at + len(run), _mixed(run, is_hex=is_hex)


def _mixed(run: bytes, *, is_hex: bool) -> bytes:
    """Return what letters with or without digits are masked as."""
    has_digit = re.search(rb"\d", run) is not None
    if has_digit and ((is_hex and len(run) >= 6) or (run.startswith(b"0x") and len(run) > 2)):
        return b"<hex>"
    found = re.fullmatch(rb"(\d+)([A-Za-z]+)", run)
    return _with_unit(found[2]) if found else run


def _digits(word: bytes, at: int, run: bytes) -> tuple[int, bytes]:
    if len(run) <= 3 and (found := _IP.match(word, at)):
        return found.end(), b"<ip>"
    number = _NUMBER.match(word, at)
    assert number is not None
    unit = re.compile(rb"[A-Za-z]+").match(word, number.end())
    if unit and number.end() > at + len(run):
        return unit.end(), _with_unit(unit[0])
    return number.end(), b"<number>"


def _with_unit(unit: bytes) -> bytes:
    return b"<duration>" if unit in _TIME_UNITS else b"<number>" + unit


def _address(word: bytes, at: int) -> tuple[int, bytes] | None:
    found = _COLONS.match(word, at)
    if found is None or b":" not in found[0] or word[found.end() : found.end() + 1].isalnum():
        return None
    text = found[0].rstrip(b":")
    groups = text.split(b":")
    if max(map(len, groups)) > 4:
        return None
    if len(groups) == 6 and all(len(group) == 2 for group in groups):
        return at + len(text), b"<hex>"
    empty = groups.count(b"")
    is_address = (empty == 1 and len(groups) <= 8) or (empty == 0 and len(groups) == 8)
    return (at + len(text), b"<ip>") if is_address and re.search(rb"\d", text) else None


@dataclass
class Templates:
    """Drain (He et al. 2017) over masked messages: count of words, a kept number, the first two words, likeness."""

    similarity: float = 0.4
    texts: list[list[bytes]] = field(default_factory=lambda: [[b"<*>"]])
    _leaves: dict[tuple[object, ...], list[int]] = field(default_factory=dict)
    _known: dict[bytes, int] = field(default_factory=dict)

    def learn(self, message: bytes) -> int:
        """Return the number of the template of a message; it may be new."""
        masked = log_words(message)
        if masked not in self._known:
            self._known[masked] = self._place(masked.split(b" "))
        return self._known[masked]

    def _place(self, words: list[bytes]) -> int:
        kept = next((word for word in words if word.isdigit()), None)
        first = tuple(b"<*>" if re.search(rb"[0-9<]", word) else word for word in words[:2])
        leaf = self._leaves.setdefault((len(words), kept, *first), [])
        found = max(leaf, key=lambda number: self._likeness(number, words), default=None)
        if found is not None and self._likeness(found, words)[0] / len(words) >= self.similarity:
            template = self.texts[found]
            template[:] = [own if own == other else b"<*>" for own, other in zip(template, words, strict=True)]
            return found
        self.texts.append(list(words))
        leaf.append(len(self.texts) - 1)
        return leaf[-1]

    def _likeness(self, number: int, words: list[bytes]) -> tuple[int, int]:
        template = self.texts[number]
        same = sum(own == other and own != b"<*>" for own, other in zip(template, words, strict=True))
        return same, template.count(b"<*>")
