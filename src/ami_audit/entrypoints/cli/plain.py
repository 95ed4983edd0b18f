"""Writes answers whose text is a format of its own, such as a signed note: that text, or JSON."""

from pathlib import Path

from pydantic import BaseModel

from ami_audit.domain.answer import as_json
from ami_audit.entrypoints.cli.answers import deliver


def deliver_plain(what: str, answer: BaseModel, *, text: str, format_name: str, output: Path | None) -> None:
    """Write `text`, or the answer as `ami-audit/<what>/1`; an output file that ends in `.json` is JSON.

    Raises:
        UsageError: The file cannot be written.
    """
    is_json = format_name == "json" or (output is not None and output.suffix.lower() == ".json")
    deliver(as_json(what, answer.model_dump(mode="json")) if is_json else text, output)
