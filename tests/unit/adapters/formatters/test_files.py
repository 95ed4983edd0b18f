"""Does a run's answer say what archives hold, and which names are one file's?"""

from typing import Any

import pytest
from rich.cells import cell_len
from tests.support.answers import HOSTILE, a_finding, a_record, a_run

from ami_audit.adapters.formatters.markdown import MarkdownFormatter
from ami_audit.adapters.formatters.terminal import Screen, TerminalFormatter
from ami_audit.domain.record import AuditRecord


def _archive(target: str, **facts: Any) -> AuditRecord:
    context = {"packing": "zip", "members_in_all": 3, "remarks_in_all": 0, "unpacked_bytes": 2048, **facts}
    return a_record(action="file.archive", target=target, context=context)


def _screen(*records: AuditRecord, width: int = 100) -> str:
    return TerminalFormatter(Screen(width=width, is_unicode=True)).run(a_run(), told=records)


def test_archives_with_findings_come_first() -> None:
    """A reader looks at the top of a long list."""
    odd = _archive("z.zip", remarks_in_all=2).model_copy(update={"findings": (a_finding(),)})
    lines = [line.split() for line in _screen(_archive("a.zip"), odd).splitlines()]
    assert lines.index(["z.zip", "zip", "3", "2.0", "KiB", "2"]) + 1 == lines.index(
        ["a.zip", "zip", "3", "2.0", "KiB", "0"]
    )


def test_an_archive_told_in_parts_is_one_line() -> None:
    """Only the last part knows how many members there are."""
    part = a_record(action="file.archive", target="a.zip", context={"goes_on": True, "packing": "zip", "members": []})
    assert _screen(part, _archive("a.zip", members_in_all=1234)).count("a.zip") == 1


def test_a_long_list_is_cut_and_says_so() -> None:
    """A folder of a thousand wheels must not push the rest off the screen."""
    said = _screen(*(_archive(f"{number:03}.zip") for number in range(25)))
    assert "009.zip" in said
    assert "010.zip" not in said
    assert "and 15 more" in said


def test_names_of_one_file_stand_in_one_line() -> None:
    """Whoever changes one of them changes all."""
    names = [f"n{number}" for number in range(6)]
    record = a_record(action="file.hard-links", target="n0", context={"names": names, "omitted": 10, "elsewhere": 3})
    (line,) = [line for line in _screen(record).splitlines() if "n0, n1" in line]
    assert line.split() == ["n0,", "n1,", "n2,", "n3", "and", "12", "more", "3"]


@pytest.mark.parametrize("facts", [{}, {"members_in_all": HOSTILE, "packing": HOSTILE, "unpacked_bytes": None}])
def test_records_of_another_shape_are_told_as_far_as_they_go(facts: dict[str, Any]) -> None:
    """Any program may append records of these names."""
    records = [
        a_record(action="file.archive", target=HOSTILE, context=facts),
        a_record(action="file.hard-links", target=HOSTILE, context={"names": [HOSTILE, 7] if facts else 7}),
    ]
    assert all(cell_len(line) <= 80 for line in _screen(*records, width=80).splitlines() if "ami-audit" not in line)
    assert "## Archives" in MarkdownFormatter().run(a_run(), told=records)
