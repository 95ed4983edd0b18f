"""How answers are written as JSON: an object that names its schema."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from ami_audit.domain.installed import now
from ami_audit.domain.moment import utc, written


def as_json(what: str, body: Mapping[str, Any], *, indent: int | None = 2) -> str:
    """Return `body` as one JSON object with `schema` (`ami-audit/<what>/1`) and `generated_at` first."""
    answer = {"schema": f"ami-audit/{what}/1", "generated_at": written(now()), **body}
    return json.dumps(answer, default=_plain, ensure_ascii=False, indent=indent) + "\n"


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, datetime):
        return written(utc(value))
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} has no JSON form")
