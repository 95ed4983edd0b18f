"""Feeds one parser what atheris makes up, led by which lines of ours it reaches.

    python -m tests.fuzz.feed note 60 FOLDER

What it learned is kept in FOLDER/corpus, what it found in FOLDER/found.
"""

import os
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["ami_audit"]):
    from tests.support.parsers import PARSERS

_AT_MOST_BYTES = 4096
_TIMEOUT_S = 10


def main(name: str, seconds: int, folder: Path) -> None:
    """Feed the parser of that name for so many seconds; ends the process."""
    parser = PARSERS[name]
    corpus, seeds, found = (folder / part for part in ("corpus", "seeds", "found"))
    for place in (corpus, seeds, found):
        place.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(parser.seeds()):
        (seeds / str(number)).write_bytes(seed)
    limits = [f"-max_total_time={seconds}", f"-timeout={_TIMEOUT_S}", f"-max_len={_AT_MOST_BYTES}"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={found}{os.sep}", str(corpus), str(seeds)], parser.feed)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
