"""The file source over a few large files beside `openssl dgst` by xargs on two processes, both from the page cache."""

from pathlib import Path
from random import Random

from bench_file import openssl, ours
from duel import Duel, Line, Side
from outcome import begin, tell
from place import scratch

_FILES = 6
_BYTES = 256 << 20
_BLOCK = 1 << 20


def _lines(place: Path) -> list[Line]:
    chance = Random(12)
    for number in range(_FILES):
        with (place / f"large_{number}.bin").open("wb") as file:
            for _ in range(_BYTES // _BLOCK):
                file.write(chance.randbytes(_BLOCK))
    total = _FILES * _BYTES
    sides = {
        "ours": Side("`FileSource`", lambda: ours(place) * _BYTES),
        "openssl": Side("`find | xargs -P2 openssl dgst -sha256`", lambda: openssl(place, at_once=1) * _BYTES),
    }
    duel = Duel(sides).run()
    assert all(measure.units == total for measures in duel.measures.values() for measure in measures)
    work = f"file source, {_FILES} files of {_BYTES >> 20} MiB"
    return [duel.line(work, "ours", "openssl", unit="bytes", goal="<= 1.1")]


if __name__ == "__main__":
    begin("file_large")
    with scratch() as place_for_files:
        tell("file_large", _lines(place_for_files))
