"""Prints the cognitive complexity of the functions of each Python file of a list, as one JSON object a line.

Run as `python -I cognitive.py ROOT LIST`, as `outline.py`.
"""

import json
import os
import pathlib
import sys
from pathlib import Path


def main() -> None:
    """Print `{"path": ..., "functions": [[name, complexity, line], ...]}` or `{"path": ..., "fault": ...}` a line."""
    from complexipy import file_complexity

    root, listing = sys.argv[1:3]
    with pathlib.Path(listing).open("rb") as file:
        paths = [os.fsdecode(path) for path in file.read().split(b"\0") if path]
    for path in paths:
        try:
            found = file_complexity(str(Path(root, path)), no_ignore=True, with_plans=False)
        except ValueError as error:
            print(json.dumps({"path": path, "fault": str(error)[:200]}))
        else:
            functions = [[it.name, it.complexity, it.line_start] for it in found.functions]
            print(json.dumps({"path": path, "functions": functions}))


if __name__ == "__main__":
    main()
