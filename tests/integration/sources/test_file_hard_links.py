"""Does the file source tell which paths are names of one file?"""

import os
from pathlib import Path
from typing import Any

from tests.support.files import source

from ami_audit.adapters.sources.file import hard_links
from ami_audit.adapters.sources.file.hard_links import HardLinks
from ami_audit.domain.options import AuditOptions


def _groups(target: Path, **options: Any) -> dict[str, dict[str, Any]]:
    drafts = (it for batch in source().stream(str(target), AuditOptions(**options)) for it in batch)
    return {it.target: dict(it.context) for it in drafts if it.action == "file.hard-links"}


def test_the_names_of_one_file_are_told_together(tmp_path: Path) -> None:
    """Who changes one of them changes all, and each stands alone in its own record."""
    (tmp_path / "a").write_text("x")
    (tmp_path / "folder").mkdir()
    os.link(tmp_path / "a", tmp_path / "folder" / "b")
    os.link(tmp_path / "a", tmp_path / "z")
    (tmp_path / "alone").write_text("x")
    status = (tmp_path / "a").stat()
    assert _groups(tmp_path) == {
        "a": {
            "elsewhere": 0,
            "inode": status.st_ino,
            "links": 3,
            "names": ["a", "folder/b", "z"],
            "omitted": 0,
            "volume": f"{os.major(status.st_dev)}:{os.minor(status.st_dev)}",
        }
    }


def test_names_outside_of_the_walk_are_counted(tmp_path: Path) -> None:
    """A name in another user's folder is a way in; only its existence can be known."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a").write_text("x")
    os.link(tmp_path / "in" / "a", tmp_path / "in" / "b")
    os.link(tmp_path / "in" / "a", tmp_path / "outside")
    assert _groups(tmp_path / "in")["a"]["elsewhere"] == 1
    assert _groups(tmp_path, paths=("in/a",)) == {}


def test_what_is_kept_is_bounded() -> None:
    """A store of packages has a million files with names elsewhere."""
    links = HardLinks("file_source/1")
    most = hard_links._MOST_OPEN
    assert links.add((f"f{number}", f"8:1:{number}", 2) for number in range(most + 5)) == []
    assert links.ungrouped == 5
    assert [draft.target for draft in links.add([("again", "8:1:0", 2)])] == ["f0"]


def test_a_file_with_very_many_names_is_told_in_part() -> None:
    """A record holds a mebibyte at most."""
    links = HardLinks("file_source/1")
    (draft,) = links.add((f"n{number}", "8:1:7", 1_200) for number in range(1_200))
    assert (len(draft.context["names"]), draft.context["omitted"]) == (1_000, 200)
