"""The page about logs: its tables agree with the source."""

import re

from tests.docs.test_pages_are_true import _column, _names
from tests.support.documents import GUIDE
from tests.support.house import PACKAGE

from ami_audit.adapters.sources.log.findings import _FAULTS
from ami_audit.domain.log_chain import ChainFault

_PAGE = GUIDE / "logs.md"
_FOLDER = PACKAGE / "adapters" / "sources" / "log"


def test_the_tables_of_findings_name_all_that_the_source_makes() -> None:
    """A person who meets one looks it up here."""
    made = {
        name for file in _FOLDER.glob("*.py") for name in re.findall(r'finding_type="(log\.[a-z-]+)"', file.read_text())
    }
    levels = {f"log.{new}{level}" for new in ("", "new-") for level in ("warning", "error", "critical")}
    checks = re.findall(r"`([a-z-]+)`", str(ChainFault.__doc__).partition("check:")[2].partition("what:")[0])
    told = _names(_column(_PAGE, "finding"))
    assert told == made | levels | {f"log.{kind}" for kind in _FAULTS} | {f"log.chain-{check}" for check in checks}


def test_the_table_of_actions_names_all_that_the_source_records() -> None:
    """The other way to find what a record means."""
    made = {name for file in _FOLDER.glob("*.py") for name in re.findall(r'"(log\.[a-z]+)"', file.read_text())}
    findings = _names(_column(_PAGE, "finding"))
    assert _names(_column(_PAGE, "action")) == made - findings
