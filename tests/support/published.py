"""The JSON schemas in docs/schemas, made from the models of the answers.

`python -m tests.support.published` writes them anew after a model has changed.
"""

import json
import re
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from ami_audit.adapters.formatters.answers import ANSWERS, What
from ami_audit.domain.bundle import Bundle
from tests.support.house import ROOT

PUBLISHED = ROOT / "docs" / "schemas"
NAMES: tuple[What, ...] = get_args(What)

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ATTRIBUTE = re.compile(r"^ {8}(\w+): (.+(?:\n {9,}.+)*)", re.MULTILINE)


def schema_of(what: What) -> dict[str, Any]:
    """Return the schema of one answer."""
    model = ANSWERS[what].model_json_schema(mode="serialization", schema_generator=_Described)
    named = {
        "schema": {"const": f"ami-audit/{what}/1", "description": "What this answer is, and in which version."},
        "generated_at": {"type": "string", "format": "date-time", "description": "When this answer was made."},
    }
    properties = {**named, **model.pop("properties")}
    return {
        "$schema": _DIALECT,
        "$id": f"urn:ami-audit:{what}:1",
        **{name: value for name, value in model.items() if name not in {"$defs", "required"}},
        "properties": properties,
        "required": sorted(properties),
        "$defs": model.get("$defs", {}),
    }


def bundle_schema() -> dict[str, Any]:
    """Return the schema of what is packed into bundles; it is no answer, and has no time of its own."""
    model = Bundle.model_json_schema(mode="validation", by_alias=True, schema_generator=_Untitled)
    asked = model["$defs"]["Asked"]["properties"]
    for name, shape in asked.items():
        asked[name] = shape["anyOf"][0]  # what is not asked for is not there
    return {"$schema": _DIALECT, "$id": "urn:ami-audit:bundle:1", **model}


def text_of(schema: dict[str, Any]) -> str:
    """Return a schema as its file holds it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


class _Untitled(GenerateJsonSchema):
    """Describes fields as the docstrings of their models do."""

    def field_title_should_be_set(self, *_: object) -> bool:
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        told = _told(schema["cls"])
        for name, value in made.get("properties", {}).items():
            if name in told and "description" not in value:
                value["description"] = told[name]
        made["description"] = _first_words(schema["cls"])
        return made


class _Described(_Untitled):
    """Says of every field that it is always there."""

    def field_is_required(self, *_: object, **__: object) -> bool:
        return True

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def _told(model: type[BaseModel]) -> dict[str, str]:
    return {
        name: re.sub(r"\s+", " ", said)
        for ancestor in reversed(model.__mro__)
        for name, said in _ATTRIBUTE.findall(ancestor.__doc__ or "")
    }


def _first_words(model: type[BaseModel]) -> str:
    paragraph = (model.__doc__ or "").strip().partition("\n\n")[0]
    return re.sub(r"\s+", " ", paragraph)


if __name__ == "__main__":
    PUBLISHED.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        (PUBLISHED / f"{name}.json").write_text(text_of(schema_of(name)), encoding="utf-8")
    (PUBLISHED / "bundle.json").write_text(text_of(bundle_schema()), encoding="utf-8")
