"""Which files are logs by their names, and which of them are one log, rotated."""

import re
from typing import NamedTuple

COMPRESSED = (".gz", ".zst", ".xz", ".bz2", ".z", ".zstd")
_LOG_SUFFIXES = (".log", ".jsonl", ".ndjson", ".out", ".err", ".trace", ".journal")
_LOG_FOLDERS = frozenset({"log", "logs", "journal"})
_LOG_NAMES = frozenset(
    {
        "syslog",
        "messages",
        "auth",
        "secure",
        "kern",
        "daemon",
        "dmesg",
        "boot",
        "cron",
        "mail",
        "user",
        "debug",
        "maillog",
    }
)

# Code and settings of a part that is called `logs`: what such a folder holds besides.
_NO_LOGS = (
    ".c",
    ".cc",
    ".cpp",
    ".cs",
    ".css",
    ".go",
    ".h",
    ".hpp",
    ".html",
    ".java",
    ".js",
    ".jsx",
    ".kt",
    ".lock",
    ".md",
    ".php",
    ".proto",
    ".py",
    ".pyc",
    ".pyi",
    ".rb",
    ".rs",
    ".rst",
    ".scala",
    ".sh",
    ".so",
    ".sql",
    ".swift",
    ".toml",
    ".ts",
    ".tsx",
    ".vue",
    ".yaml",
    ".yml",
)

# 2026-01-31, 20260131, 2026-01-31T101500Z, 20260131-101500, 1700000000; the numbers of logrotate.
_DATE = re.compile(
    r"[._-]?(?P<date>(?:19|20)\d{2}-?[01]\d-?[0-3]\d(?:[T_.-]?[0-2]\d-?:?[0-5]\d(?:-?:?[0-5]\d(?:[.,]?\d{1,9})?)?Z?)?|1\d{9})(?=[._-]|$)"
)
_NUMBER = re.compile(r"\.(?P<number>\d{1,5})$")


class LogName(NamedTuple):
    """What a log's path says.

    Attributes:
        family: The log it belongs to, the marks of rotation left out: `logs/app.log`.
        is_current: No mark of rotation: lines are still added to it.
        order: Sorts the files of one family, the oldest first.
    """

    family: str
    is_current: bool
    order: tuple[int, str, int]


def log_name(path: str) -> LogName:
    """Return what a path says of its place in a rotation.

    `app.log` is current, `app.log.1` was it before, `app.log.2.gz` before that; `app-2026-01-31.log` and
    `app.log-20260131.gz` go by their dates. Files that are only called by a date (`hooks/2026-01-31.log`) are one log,
    `hooks/*.log`.
    """
    folder, slash, name = path.rpartition("/")
    stem = name
    for suffix in COMPRESSED:
        stem = stem.removesuffix(suffix) if len(stem) > len(suffix) else stem
    date, number = "", 0
    if (counted := _NUMBER.search(stem)) and counted.start():
        number, stem = int(counted["number"]), stem[: counted.start()]
    if dated := _DATE.search(stem):
        date, stem = re.sub(r"\D", "", dated["date"]), stem[: dated.start()] + stem[dated.end() :]
    stem = stem.strip("-_")
    stem = f"*{stem}" if date and (not stem or stem.startswith(".")) else stem or name
    # Current ones last; among dated ones the later last; among numbered ones the smaller last.
    order = (0 if date or number else 1, date or "9", -number)
    return LogName(f"{folder}{slash}{stem}", not (date or number), order)


def is_log_name(path: str) -> bool:
    """Return whether a path below the audited folder says that it is a log: by its folder, its name or its ending."""
    folders, _, name = path.lower().rpartition("/")
    if _LOG_FOLDERS.intersection(folders.split("/")):
        return not name.endswith(_NO_LOGS)
    stem = log_name(name).family
    return stem in _LOG_NAMES or stem.endswith(_LOG_SUFFIXES) or ".log." in name
