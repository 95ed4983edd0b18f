"""One shell for one page: commands run in it in turn, as a reader would type them."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from ami_audit.entrypoints.bootstrap.machine import caller

_END = "--- end of the answer ---"
_VOLATILE = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?"), "<time>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b|\b[0-9a-f]{12,64}\b"), "<hash>"),
    (re.compile(r"\d+(\.\d+)? ?(ms|s|min|KiB|MiB)\b"), "<amount>"),
    (re.compile(r"\s+"), " "),
)


class Answer(NamedTuple):
    """What a command wrote on both streams, and its exit code."""

    text: str
    code: int


class Shell:
    """A bash of its own with an empty home and a repository to stand in; the program is on its path."""

    def __init__(self, home: Path, folder: Path) -> None:
        """Args: `home` is the reader's home, `folder` where they stand."""
        self._home = home
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def run(self, command: str) -> Answer:
        """Run one command; `$?` of the next one is its exit code, as in any shell."""
        assert self._process.stdin is not None
        # No command may read what is meant for the shell.
        self._process.stdin.write(f"{{ {command}\n}} </dev/null; (code=$?; echo; echo '{_END}' $code; exit $code)\n")
        self._process.stdin.flush()
        return self._read()

    def run_python(self, text: str) -> Answer:
        """Run a page's Python as a script, in the folder where the reader stands."""
        script = self._home / "snippet.py"
        script.write_text(text, encoding="utf-8")
        return self.run(f"'{sys.executable}' -W error '{script}'")

    def shows(self, answer: Answer, line: str) -> bool:
        """Return whether the answer holds the line, but for times, hashes, durations and the layout."""
        return _stable(line) in _stable(self._as_ann(answer.text))

    def _read(self) -> Answer:
        assert self._process.stdout is not None
        lines: list[str] = []
        for line in self._process.stdout:
            if line.startswith(_END):
                return Answer("".join(lines), int(line.removeprefix(_END)))
            lines.append(line)
        raise AssertionError("the shell ended: " + "".join(lines))

    def _environment(self) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("AMI_AUDIT_", "XDG_", "GIT_"))}
        programs = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        return {**kept, "HOME": str(self._home), "PATH": programs, "COLUMNS": "240", "NO_COLOR": "1"}

    def _as_ann(self, text: str) -> str:
        """Return the text as it would be for ann at her desk."""
        user, _, host = caller().name.partition("@")
        return text.replace(str(self._home), "~").replace(f"{user}@{host}", "ann@desk").replace(f"{host}/", "desk/")


def _stable(text: str) -> str:
    for pattern, sign in _VOLATILE:
        text = pattern.sub(sign, text)
    return text.strip()
