"""Duplicated code, found the slow way: every window of lines beside every other."""

from collections.abc import Mapping, Sequence

Window = tuple[bytes, ...]
Place = tuple[int, int]


def significant(text: bytes) -> list[tuple[int, bytes]]:
    """Return a Python file's lines that say something, without blanks, by number from 1.

    Only whole lines of comment begun by `#` are left out; texts with strings of many lines are not for this twin.
    """
    lines = ((number, b"".join(line.split())) for number, line in enumerate(text.split(b"\n"), start=1))
    return [(n, line) for n, line in lines if not line.startswith(b"#") and any(_speaks(byte) for byte in line)]


def _speaks(byte: int) -> bool:
    return byte >= 0x80 or chr(byte).isalnum()


def duplication(
    files: Mapping[str, bytes], least: int
) -> tuple[int, int, list[tuple[int, list[tuple[str, int, int]]]]]:
    """Return the lines looked at, how many are duplicated, and each block: its lines and its places.

    Args:
        files: Texts by path.
        least: The fewest lines of a block.
    """
    names = sorted(files, key=str.encode)
    texts = [significant(files[name]) for name in names]
    windows: dict[Window, list[Place]] = {}
    for file, text in enumerate(texts):
        for start in range(len(text) - least + 1):
            windows.setdefault(tuple(line for _, line in text[start : start + least]), []).append((file, start))
    classes = {places[0]: places for found in windows.values() if len(places := _apart(found, least)) > 1}
    covered = {(file, start + step) for places in classes.values() for file, start in places for step in range(least)}
    blocks = []
    for first in sorted(classes):
        places = classes[first]
        if classes.get((first[0], first[1] - 1)) == _shifted(places, -1):
            continue
        longer = 0
        while classes.get((first[0], first[1] + longer + 1)) == _shifted(places, longer + 1):
            longer += 1
        lines = least + longer
        blocks.append((lines, [(names[f], texts[f][s][0], texts[f][s + lines - 1][0]) for f, s in places]))
    return sum(map(len, texts)), len(covered), blocks


def _apart(places: Sequence[Place], least: int) -> list[Place]:
    kept: list[Place] = []
    for file, start in places:
        if not kept or kept[-1][0] != file or kept[-1][1] + least <= start:
            kept.append((file, start))
    return kept


def _shifted(places: Sequence[Place], by: int) -> list[Place]:
    return [(file, start + by) for file, start in places]
