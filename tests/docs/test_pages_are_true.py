"""README and guide: their links, commands, options and tables agree with the program."""

import re
from pathlib import Path

import pytest
from tests.support.documents import GUIDE, PAGES, README, anchors, commands, links, named, program, tables, text_of
from tests.support.house import PACKAGE, ROOT

from ami_audit.adapters.sources.file.findings import _WORDS
from ami_audit.domain import errors
from ami_audit.domain.content import content_of
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditTargetType, VerificationLevel
from ami_audit.domain.verification import Fault, broken_by
from ami_audit.entrypoints.settings import Values

_COMMANDS = sorted({(page, line) for page in PAGES for line in commands(page)})


def _column(page: Path, heading: str, column: int = 0) -> list[str]:
    """Return one column of all the page's tables whose first heading is that."""
    return [row[column] for table in tables(page) if table[0][0] == heading for row in table[1:]]


def _names(cells: list[str]) -> set[str]:
    """Return what stands between backticks in the cells."""
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page: Path) -> None:
    """A page that sends its reader nowhere is worse than one that says nothing."""
    for link in links(page):
        place, _, anchor = link.partition("#")
        if "://" in link:
            assert link.startswith("https://")
            continue
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_of_the_guide_is_reached_from_the_readme() -> None:
    """What is not linked is not read."""
    linked = {(README.parent / link.partition("#")[0]).resolve() for link in links(README) if "://" not in link}
    assert set(GUIDE.glob("*.md")) <= linked


@pytest.mark.parametrize(("page", "line"), _COMMANDS, ids=lambda value: getattr(value, "stem", value))
def test_a_command_on_a_page_is_one_of_the_programs(page: Path, line: str) -> None:
    """Whoever has lost a key copies these lines in a hurry."""
    name, options = named(line)
    assert name or line in {"ami-audit", "ami-audit COMMAND --help"} or options
    assert options <= program()[name]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_an_option_that_a_page_names_exists(page: Path) -> None:
    """Also where it stands alone in a sentence."""
    known = {option for options in program().values() for option in options}
    inline = re.findall(r"`(--[a-z-]+)[^`]*`", text_of(page))
    # Of git and pip, which the pages name as well.
    assert set(inline) - known <= {"--numstat", "--refetch", "--unshallow"}


def test_every_command_has_a_place_in_the_guide() -> None:
    """A verb without a word on when to use it is a verb that nobody uses."""
    told = {named(line)[0] for page in GUIDE.glob("*.md") for line in commands(page)}
    groups = {name[:1] for name in program() if len(name) > 1}
    assert set(program()) - groups <= told | {()}


def test_every_option_has_a_place_in_the_guide() -> None:
    """Help says what an option is; the guide says what it is for."""
    told = " ".join(text_of(page) for page in PAGES)
    known = {option for options in program().values() for option in options if option.startswith("--")}
    # Those that help alone explains, and the counterparts of switches that are on by default.
    apart = {
        "--help",
        "--debug",
        "--version",
        "--install-completion",
        "--show-completion",
        "--ignore-files",
        "--oldest",
    }
    assert {option for option in known - apart if not re.search(rf"{option}\b", told)} == set()


def test_the_table_of_settings_is_that_of_the_program() -> None:
    """Name, variable and default; a setting that is not in the table is one that nobody finds."""
    rows = next(table for table in tables(GUIDE / "configuration.md") if table[0][0] == "setting")[1:]
    assert [row[0].strip("`") for row in rows] == list(Values.model_fields)
    for name, variable, default, _ in rows:
        value = Values.model_fields[name.strip("`")].default
        written = ",".join(value) if isinstance(value, tuple) else str(value)
        assert variable == f"`AMI_AUDIT_{name.strip('`').upper()}`"
        assert default == (f"`{written}`" if written else "empty")


def test_the_table_of_errors_is_the_tree_of_errors() -> None:
    """Each with the exit code that a command ends with."""
    rows = next(table for table in tables(GUIDE / "python.md") if table[0][0] == "error")[1:]
    told = {row[0].strip("`"): int(row[-1]) for row in rows}
    known = {name: kind.exit_code for name, kind in vars(errors).items() if name.endswith("Error")}
    assert told | {"AuditError": 3} == known


def test_the_table_of_checks_is_that_of_verification() -> None:
    """With the level that each fault disproves."""
    rows = next(table for table in tables(GUIDE / "verification.md") if table[0][0] == "check")[1:]
    documented = str(Fault.__doc__).partition("check: What failed:")[2].partition("where:")[0]
    assert {row[0] for row in rows} - {"`form`"} == set(re.findall(r"`[a-z-]+`", documented))
    for check, _, level in rows:
        assert level.partition(";")[0] == broken_by(check.strip("`")).label


def test_the_table_of_levels_is_the_programs() -> None:
    """In the order in which each holds those before it."""
    told = [cell.strip("`").partition(" ")[0] for cell in _column(GUIDE / "verification.md", "level")]
    assert told == [level.label for level in VerificationLevel if level]
    assert " < ".join(told).replace("witnessed", "witnessed k/n") in text_of(README)


def test_the_tables_of_findings_name_all_that_the_sources_make() -> None:
    """A person who meets one looks it up here."""
    folder = PACKAGE / "adapters" / "sources" / "git"
    made = {name for file in folder.glob("*.py") for name in re.findall(r'warning\(\s*"([^"]+)"', file.read_text())}
    assert _names(_column(GUIDE / "git.md", "finding")) == made
    assert _names(_column(GUIDE / "files.md", "finding")) == {f"file.{kind}" for kind in _WORDS}


def test_the_folders_left_out_are_those_of_the_scanner() -> None:
    """The vendored and virtual ones are named in full; of the built ones the guide gives examples."""
    source = (ROOT / "rust" / "scan" / "src" / "left_out.rs").read_text(encoding="utf-8")
    lists = {
        name: set(re.findall(r'"([^"]+)"', body))
        for name, body in re.findall(r"const (\w+).*?\[(.*?)\];", source, re.DOTALL)
    }
    cells = _column(GUIDE / "files.md", "left out")
    assert lists["VENDORED"] == _names([next(cell for cell in cells if cell.startswith("vendored"))])
    built = _names([next(cell for cell in cells if cell.startswith("built"))]) - {"CACHEDIR.TAG"}
    assert built <= lists["BUILT"]


def test_the_table_of_fields_says_what_is_hashed() -> None:
    """A reader decides by it what a changed field would prove."""
    draft = AuditDraft(action="a", target="t", target_type=AuditTargetType.FILE, source="s/1", actor="x")
    content = content_of(draft, record_id="x", run_id="", sequence=0, recorded_at="x")
    rows = next(table for table in tables(GUIDE / "records.md") if table[0][0] == "field")[1:]
    told = {name for fields, _, hashed in rows if hashed == "yes" for name in _names([fields])}
    assert told == set(content) - {"format"}


def test_the_makefile_has_what_the_readme_builds_with() -> None:
    """The first line that a new user copies."""
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake (\w+)(?=\s+#)", text_of(README))) <= targets
