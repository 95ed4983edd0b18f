"""What git prints of commits and changes, in plain Python: the usual as rows, the odd as None."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

_HASH = r"(?:[0-9a-f]{64}|[0-9a-f]{40})"
_PERSON = r"([^<\n]*)<([^>\n]*)> (\d{1,18} [+-]\d{4})\n"
_COMMIT = re.compile(
    rf"tree ({_HASH})\n((?:parent {_HASH}\n)*)author {_PERSON}committer {_PERSON}(.*)", re.DOTALL | re.ASCII
)
_LAST_SECOND = 253_000_000_000
_LONGEST_MESSAGE = 64 << 10
_MOST_PARENTS, _MOST_FILES, _MOST_PATH_BYTES = 1_000, 1_000, 256 << 10


def git_commits(objects: Sequence[bytes]) -> list[list[Any] | None]:
    """Return a row for each raw commit; None for one that is not usual."""
    return [_commit(data) for data in objects]


def _commit(data: bytes) -> list[Any] | None:
    try:
        found = _COMMIT.fullmatch(data.decode())
    except UnicodeDecodeError:
        return None
    if found is None:
        return None
    tree, parents, *people, rest = found.groups()
    author, committer = _person(people[:3]), _person(people[3:])
    extras = _extras(rest)
    names = parents.split()[1::2]
    if author is None or committer is None or extras is None or len(names) > _MOST_PARENTS:
        return None
    signature, message = extras
    if len(message.encode()) > _LONGEST_MESSAGE:
        return None
    facts = {
        "author": None,
        "committer": None,
        "merge": len(names) > 1,
        "message": message,
        "parents": names,
        "signature": None,
        "subject": _subject(message),
        "tree": tree,
    }
    is_same = (people[0].rstrip(" "), *people[1:3]) == (people[3].rstrip(" "), *people[4:])
    return [*author, *([None] * 3 if is_same else committer[:3]), facts, signature]


def _person(parts: Sequence[str]) -> list[Any] | None:
    name, email, written = parts
    seconds, zone = written.split(" ")
    hours, minutes = int(zone[1:3]), int(zone[3:])
    offset = timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)
    if int(seconds) >= _LAST_SECOND or hours > 23 or minutes > 59 or int(seconds) + offset.total_seconds() < 0:
        return None
    moment = datetime.fromtimestamp(int(seconds), UTC)
    date = {"date": moment.astimezone(timezone(offset)).isoformat()}
    if zone == "-0000":
        date["date_raw"] = written
    return [name.rstrip(" "), email, date, f"{moment:%Y-%m-%dT%H:%M:%S}.000000Z".rjust(27, "0")]


def _extras(rest: str) -> tuple[str | None, str] | None:
    if not rest or rest[0] == "\n":
        return None, rest[1:]
    header, _, message = rest.partition("\n\n")
    if "\0" in header or header[0] == " ":
        return None
    # A line that begins with a space goes on with the one before.
    lines = re.split(r"\n(?! )", header)
    pairs = [(key, value.replace("\n ", "\n")) for key, _, value in (line.partition(" ") for line in lines)]
    if {"encoding", "gpgsig-sha256"} & {key.partition("\n")[0] for key, _ in pairs}:
        return None
    signature = next((value for key, value in pairs if key == "gpgsig"), "")
    return signature or None, message


def _subject(message: str) -> str:
    first, _, rest = message.partition("\n")
    if first.strip() and not rest.partition("\n")[0]:
        return first.rstrip()[:1_000]
    paragraph: list[str] = []
    for line in (line.rstrip() for line in message.split("\n")):
        if line:
            paragraph.append(line)
        elif paragraph:
            break
    return " ".join(paragraph)[:1_000]


def git_changes(block: bytes) -> list[list[Any]]:
    """Return a row for each commit in a block of NUL-terminated words."""
    words = block.split(b"\0")[:-1]
    rows: list[list[Any]] = []
    index = begin = 0
    while index < len(words):
        header = words[index]
        index, first = index + 1, index + 1
        while index < len(words) and (span := _span(words[index])):
            index = min(index + span, len(words))
        end = begin + sum(len(word) + 1 for word in words[first - 1 : index])
        name = header.decode() if _is_text(header) else ""
        rows.append([name, *_changes(words[first:index]), begin, end])
        begin = end
    return rows


def _is_text(word: bytes) -> bool:
    try:
        word.decode()
    except UnicodeDecodeError:
        return False
    return True


def _span(word: bytes) -> int:
    """Return how many words belong together from this one on; none when it begins another commit."""
    if word[:1] == b":":
        return 3 if word.rstrip(b"0123456789")[-1:] in (b"R", b"C") else 2
    if word.count(b"\t") == 2 and word[-1:] == b"\t":
        return 3
    return 1 if b"\t" in word else 0


def _changes(words: Sequence[bytes]) -> list[Any]:
    odd: list[Any] = [0, 0, 0, None]
    if not all(0x20 <= byte <= 0x7E or byte == 9 for word in words for byte in word):
        return odd
    try:
        entries, lines = _entries([word.decode("ascii") for word in words])
    except (IndexError, StopIteration, ValueError):
        return odd
    return [len(entries), sum(added for added, _ in lines), sum(deleted for _, deleted in lines), entries]


def _entries(words: list[str]) -> tuple[list[dict[str, Any]], list[tuple[int, int]]]:
    entries: list[dict[str, Any]] = []
    lines: list[tuple[int, int]] = []
    cursor = path_bytes = 0
    rest = iter(words)
    for word in rest:
        if word[:1] == ":":
            entry = _entry(word[1:], rest)
            path_bytes += len(entry["path"]) + len(entry.get("old_path", ""))
            if "\t" in entry["path"] + entry.get("old_path", "") or path_bytes > _MOST_PATH_BYTES:
                raise ValueError
            entries.append(entry)
            if len(entries) > _MOST_FILES:
                raise ValueError
            continue
        added, deleted, path = word.split("\t", 2)
        if not path:
            next(rest)
            path = next(rest)
        cursor = next(at for at in range(cursor, len(entries)) if entries[at]["path"] == path) + 1
        if added == "-":
            entries[cursor - 1]["binary"] = True
        else:
            counts = _number(added), _number(deleted)
            entries[cursor - 1] |= {"added": counts[0], "deleted": counts[1]}
            lines.append(counts)
    return entries, lines


def _number(text: str) -> int:
    if not re.fullmatch(r"\+?\d{1,18}", text, re.ASCII):
        raise ValueError(text)
    return int(text)


def _entry(header: str, rest: Any) -> dict[str, Any]:
    old_mode, new_mode, old, new, status = header.split(" ")[:5]
    path = next(rest)
    entry: dict[str, Any] = {"path": path, "status": status[:1], "added": None, "deleted": None}
    if len(status) > 1 and status[0] in "RC":
        entry |= {"path": next(rest), "old_path": path, "similarity": int(status[1:])}
    if old_mode != new_mode and "000000" not in (old_mode, new_mode):
        entry["mode"] = {"from": old_mode, "to": new_mode}
    if "160000" in (old_mode, new_mode):
        ends = {"from": (old_mode, old), "to": (new_mode, new)}
        entry["submodule"] = {side: name if mode == "160000" else None for side, (mode, name) in ends.items()}
    return entry
