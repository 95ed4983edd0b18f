"""Are the files of one log known as one, and other files not taken for logs?"""

import pytest

from ami_audit.domain.log_names import is_log_name, log_name


@pytest.mark.parametrize(
    ("path", "family"),
    [
        ("logs/app.log", "logs/app.log"),
        ("logs/app.log.1", "logs/app.log"),
        ("logs/app.log.12.gz", "logs/app.log"),
        ("logs/app.log-20260131", "logs/app.log"),
        ("logs/app.log-20260131.zst", "logs/app.log"),
        ("logs/app-2026-01-31.log", "logs/app.log"),
        ("logs/app.2026-01-31.log.xz", "logs/app.log"),
        ("logs/app.log.2026-01-31", "logs/app.log"),
        ("logs/app.log.2026-01-31.3", "logs/app.log"),
        ("logs/app-2026-01-31T10-15-00.log", "logs/app.log"),
        ("audit/2026-01-31T101500123456Z.log", "audit/*.log"),
        ("hooks/2026-01-31.log", "hooks/*.log"),
        ("/var/log/syslog.2.gz", "/var/log/syslog"),
        ("logs/build-42.log", "logs/build-42.log"),
        ("logs/v1.2.log", "logs/v1.2.log"),
        ("logs/2026", "logs/2026"),
        ("logs/20260131", "logs/*"),
        ("10.0.0.1", "10.0.0"),
        ("app", "app"),
        (".gz", ".gz"),
    ],
)
def test_the_marks_of_rotation_are_left_out(path: str, family: str) -> None:
    """An error of yesterday is the same log's, whatever the file is called today."""
    assert log_name(path).family == family


def test_the_oldest_file_comes_first() -> None:
    """A chain goes on from file to file, and so does a story."""
    paths = ["app.log", "app.log.1", "app.log.2.gz", "app.log.10.gz"]
    assert sorted(paths, key=lambda path: log_name(path).order) == [
        "app.log.10.gz",
        "app.log.2.gz",
        "app.log.1",
        "app.log",
    ]
    dated = ["app.log", "app-2026-02-01.log", "app-2026-01-31.log.gz", "app-2025-12-31.log.gz"]
    assert sorted(dated, key=lambda path: log_name(path).order) == [*reversed(dated[1:]), "app.log"]


@pytest.mark.parametrize(
    "path",
    [
        "app.log",
        "app.log.3.gz",
        "x/logs/anything",
        "events.jsonl",
        "events.ndjson.gz",
        "syslog",
        "syslog.1",
        "run.out",
        "a.LOG",
    ],
)
def test_what_is_called_a_log_is_one(path: str) -> None:
    """In a whole repository, names are all there is to go by."""
    assert is_log_name(path)


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "src/log.py",
        "logger.py",
        "catalog/x.txt",
        "data.json",
        "blog.html",
        "login",
        "rust/logs/src/lib.rs",
    ],
)
def test_what_is_called_otherwise_is_none(path: str) -> None:
    """Nobody wants the sources told as logs."""
    assert not is_log_name(path)
