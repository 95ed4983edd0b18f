"""How answers are written as JSON: an object that names its schema."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from ami_audit.domain.installed import now
from ami_audit.domain.moment import utc, written

# What JSON may hold as it is but a terminal may obey: DEL and C1 controls, marks that turn or hide text, separators
# that end a line, and lone surrogates, which no encoding can write. Escaped, they mean the same.
_OBEYED = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]")


def as_json(what: str, body: Mapping[str, Any], *, indent: int | None = 2) -> str:
    """Return `body` as one JSON object with `schema` (`ami-audit/<what>/1`) and `generated_at` first.

    A `generated_at` in the body takes the place of the present moment.
    """
    answer = {"schema": f"ami-audit/{what}/1", "generated_at": body.get("generated_at") or now(), **body}
    text = json.dumps(answer, default=_plain, ensure_ascii=False, indent=indent)
    return _OBEYED.sub(_escaped, text) + "\n"


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, datetime):
        return written(utc(value))
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} has no JSON form")
