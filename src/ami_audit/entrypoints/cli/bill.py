"""Writing a bill of materials beside an audit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ami_audit.domain.options import AuditOptions
from ami_audit.entrypoints.bootstrap.bills import bill_of_materials
from ami_audit.entrypoints.cli.answers import announce, deliver


def write_bill(target: str, given: Mapping[str, Any], *, into: Path) -> None:
    """Write the module's bill of materials to a file, whole or not at all.

    Raises:
        UnknownNameError: There is no such module.
        UsageError: The file cannot be written there.
    """
    options = AuditOptions(**{name: value for name, value in given.items() if value is not None})
    deliver(bill_of_materials(target, options), into)
    announce(f"The bill of materials (CycloneDX 1.6) is in `{into}`.")
