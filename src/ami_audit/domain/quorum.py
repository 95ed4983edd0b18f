"""How many of which witnesses must have cosigned a checkpoint (C2SP tlog-policy).

A policy is read strictly and kept as it was written. Octets above ASCII are opaque: names are compared byte for byte.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from ami_audit.domain.errors import FormatError, UsageError
from ami_audit.domain.note import KeyKind, NoteKey

NONE = "none"
_WHAT = "policy"
_MOST_LINES = 4096
_FORBIDDEN = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
_NUMBER = re.compile("[1-9][0-9]{0,5}")
_COSIGNING = (KeyKind.COSIGNATURE, KeyKind.ML_DSA_44)


class Log(NamedTuple):
    """A log whose checkpoints the policy is about; the key's name is its origin."""

    key: NoteKey
    url: str = ""


class Witness(NamedTuple):
    """A witness, by the name that it has in this policy only."""

    name: str
    key: NoteKey
    url: str = ""


class Group(NamedTuple):
    """Has witnessed what at least `needed` of its members, witnesses or groups, have witnessed."""

    name: str
    needed: int
    members: tuple[str, ...]


class QuorumVerdict(NamedTuple):
    """Whether a quorum is reached, and how many of its witnesses have cosigned."""

    is_reached: bool
    cosigned: int
    witnesses: int

    def __str__(self) -> str:
        """The count as it is printed: `4/5`."""
        return f"{self.cosigned}/{self.witnesses}"


@dataclass(frozen=True, slots=True)
class QuorumPolicy:
    """Known logs, known witnesses, and the rule.

    Attributes:
        text: The policy as it was written.
        quorum: A witness or group; `none` asks for no cosignature.
    """

    text: str
    logs: tuple[Log, ...]
    witnesses: tuple[Witness, ...]
    groups: tuple[Group, ...]
    quorum: str

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Return the policy that a file holds.

        Raises:
            FormatError: It is none; names the line.
        """
        return cls(_decoded(raw), *_Reading().read(raw))

    @property
    def counted(self) -> tuple[Witness, ...]:
        """The witnesses that the quorum asks, in the order of the file."""
        members = {group.name: group.members for group in self.groups}
        wanted, open_names = set[str](), [self.quorum]
        while open_names:
            name = open_names.pop()
            wanted.add(name)
            open_names += members.get(name, ())
        return tuple(witness for witness in self.witnesses if witness.name in wanted)

    @property
    def fewest(self) -> int:
        """How many cosignatures reach the quorum at best."""
        return self._computed(
            {witness.name: 1 for witness in self.witnesses}, lambda needed, parts: sum(parts[:needed])
        )

    def judge(self, cosigners: Collection[str]) -> QuorumVerdict:
        """Return whether the witnesses of these names (the policy's own) are enough."""
        held = {witness.name: int(witness.name in cosigners) for witness in self.witnesses}
        reached = self._computed(held, lambda needed, parts: int(sum(parts) >= needed))
        counted = self.counted
        cosigned = sum(witness.name in cosigners for witness in counted)
        return QuorumVerdict(self.quorum == NONE or bool(reached), cosigned, len(counted))

    def knows_log(self, origin: str) -> bool:
        """Whether the policy is about that trail; one without logs is about any."""
        return not self.logs or any(log.key.name == origin for log in self.logs)

    def _computed(self, values: dict[str, int], of_group: Callable[[int, Sequence[int]], int]) -> int:
        for group in self.groups:  # each names only what stands before it
            values[group.name] = of_group(group.needed, sorted(values[name] for name in group.members))
        return values.get(self.quorum, 0)


def quorum_of(witnesses: int, *, faulty: int = 1) -> int:
    """Return how many of n witnesses must sign so that, with f of them lying, no two forks are both accepted.

    Raises:
        UsageError: With so many lying, too few honest ones are left to reach it: n must be at least 3f+1.
    """
    if faulty < 0 or witnesses < 3 * faulty + 1:
        raise UsageError(
            f"{witnesses} witnesses are too few where {faulty} may fail; it takes {3 * max(faulty, 0) + 1} or more."
        )
    return (witnesses + faulty + 2) // 2


def profile(witnesses: Sequence[tuple[NoteKey, str]], *, logs: Sequence[NoteKey] = (), faulty: int = 1) -> str:
    """Return a policy under which enough of these witnesses (key and URL, or none) must cosign: 4 of 5 by default.

    Raises:
        UsageError: They are too few for so many that may fail.
        FormatError: A key is no witness's, or two are the same.
    """
    needed = quorum_of(len(witnesses), faulty=faulty)
    names = [f"w{number}" for number in range(1, len(witnesses) + 1)]
    lines = [f"log {key}" for key in logs]
    lines += [f"witness {name} {key} {url}".rstrip() for name, (key, url) in zip(names, witnesses, strict=True)]
    lines += [f"group {needed}-of-{len(names)} {needed} {' '.join(names)}", f"quorum {needed}-of-{len(names)}"]
    text = "".join(f"{line}\n" for line in lines)
    return QuorumPolicy.parse(text.encode()).text


class _Reading:
    """What has been read of a policy so far."""

    def __init__(self) -> None:
        self._logs: list[Log] = []
        self._witnesses: list[Witness] = []
        self._groups: list[Group] = []
        self._quorum = ""
        self._names: set[str] = set()
        self._members: set[str] = set()

    def read(self, raw: bytes) -> tuple[tuple[Log, ...], tuple[Witness, ...], tuple[Group, ...], str]:
        number = 0
        for number, words in _lines(raw):
            try:
                self._take(words[0], words[1:])
            except FormatError as error:
                raise FormatError(_WHAT, error.reason, line=number) from error
        if not self._quorum:
            raise FormatError(_WHAT, "it says no `quorum`", line=number)
        return tuple(self._logs), tuple(self._witnesses), tuple(self._groups), self._quorum

    def _take(self, word: str, rest: Sequence[str]) -> None:
        match word:
            case "log" if len(rest) in {1, 2}:
                self._take_log(NoteKey.parse(rest[0]), *rest[1:])
            case "witness" if len(rest) in {2, 3}:
                self._take_witness(rest[0], NoteKey.parse(rest[1]), *rest[2:])
            case "group" if len(rest) >= 3:
                self._take_group(rest[0], rest[1], tuple(rest[2:]))
            case "quorum" if len(rest) == 1:
                self._take_quorum(rest[0])
            case "log" | "witness" | "group" | "quorum":
                raise FormatError(_WHAT, f"`{word}` has {_counted(rest)} after it; see {_FORMS[word]}")
            case _:
                raise FormatError(_WHAT, f"`{word[:60]}` is none of log, witness, group, quorum")

    def _take_log(self, key: NoteKey, url: str = "") -> None:
        if key.kind == KeyKind.COSIGNATURE:
            raise FormatError(_WHAT, f"`{key.name}` is a witness's key, not a log's")
        if any(log.key.public_key == key.public_key for log in self._logs):
            raise FormatError(_WHAT, f"the key of `{key.name}` is named twice")
        self._logs.append(Log(key, url))

    def _take_witness(self, name: str, key: NoteKey, url: str = "") -> None:
        if key.kind not in _COSIGNING:
            raise FormatError(_WHAT, f"`{key.name}` is no witness's key: its signature type is {key.kind}, not 4")
        if any(witness.key.public_key == key.public_key for witness in self._witnesses):
            raise FormatError(_WHAT, f"the key of `{key.name}` is named twice")
        self._define(name)
        self._witnesses.append(Witness(name, key, url))

    def _take_group(self, name: str, needed: str, members: tuple[str, ...]) -> None:
        for member in members:
            self._known(member)
            if member in self._members:
                raise FormatError(_WHAT, f"`{member}` is a member already; a name counts once")
            self._members.add(member)
        self._define(name)
        self._groups.append(Group(name, _threshold(needed, len(members)), members))

    def _take_quorum(self, name: str) -> None:
        if self._quorum:
            raise FormatError(_WHAT, "`quorum` is said twice")
        if name != NONE:
            self._known(name)
        self._quorum = name

    def _define(self, name: str) -> None:
        if name == NONE or name in self._names:
            raise FormatError(_WHAT, f"the name `{name[:60]}` is taken")
        self._names.add(name)

    def _known(self, name: str) -> None:
        if name not in self._names:
            raise FormatError(_WHAT, f"`{name[:60]}` is no witness or group named before")


_FORMS = {
    "log": "`log <vkey> [<url>]`",
    "witness": "`witness <name> <vkey> [<url>]`",
    "group": "`group <name> all|any|<k> <name>...`",
    "quorum": "`quorum <name>`",
}


def _lines(raw: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield number and words of each line that says something."""
    lines = raw.split(b"\n")
    if len(lines) > _MOST_LINES:
        raise FormatError(_WHAT, f"it is longer than {_MOST_LINES} lines")
    for number, line in enumerate(lines, 1):
        found = _FORBIDDEN.search(line)
        if found:
            raise FormatError(_WHAT, f"it holds the control character 0x{found.group()[0]:02X}", line=number)
        if number == len(lines) and line:
            raise FormatError(_WHAT, "the last line does not end; it may have been cut off", line=number)
        words = [_decoded(word) for word in line.replace(b"\t", b" ").split(b" ") if word]
        if words and not words[0].startswith("#"):
            yield number, words


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _threshold(needed: str, members: int) -> int:
    if needed in {"all", "any"}:
        return members if needed == "all" else 1
    if not _NUMBER.fullmatch(needed) or int(needed) > members:
        raise FormatError(_WHAT, f"`{needed[:60]}` is not `all`, `any` or a number from 1 to {members}")
    return int(needed)


def _counted(words: Sequence[str]) -> str:
    return f"{len(words)} word{'' if len(words) == 1 else 's'}"
