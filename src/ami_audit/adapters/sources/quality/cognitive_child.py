"""Measures the files of a list, one JSON line each: a program, run with nothing but complexipy on its path."""

import json
import sys
from pathlib import Path

_LONGEST = 300


def _measured(path: str) -> dict[str, object]:
    from complexipy import file_complexity

    try:
        found = file_complexity(path)
    except Exception as error:  # noqa: BLE001 (whatever a hostile file brings about is said of that file)
        return {"filename": path, "error": " ".join(str(error).split())[:_LONGEST] or type(error).__name__}
    return {"filename": path, "functions": [(it.name, it.complexity, it.line_start) for it in found.functions]}


def main(listed: str) -> None:
    """Print what is found, in the order of the list."""
    for path in Path(listed).read_bytes().split(b"\0"):
        if path:
            text = path.decode("utf-8", "backslashreplace")
            sys.stdout.write(json.dumps(_measured(text)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
