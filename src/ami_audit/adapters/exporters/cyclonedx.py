"""A bill of materials: CycloneDX 1.6, as JSON."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.moment import written

_SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"
_SCOPES = {True: "required", False: "optional"}
_EXTRAS = ("dev", "extra:", "group:", "optional", "peer", "devOptional", "build")


def bill(drafts: Sequence[AuditDraft], *, made_by: str, made_at: datetime) -> str:
    """Return the bill of a module: its `module.observed` and every `module.dependency`.

    The same drafts give the same serial number: what the bill is about decides it, not when it was made.
    """
    module = next(draft.context for draft in drafts if draft.action == "module.observed")
    found = [draft.context for draft in drafts if draft.action == "module.dependency"]
    refs = {(it["lock"], _key(it)): it["purl"] for it in found}
    own = _own_ref(module)
    components = {it["purl"]: _component(it) for it in sorted(found, key=lambda it: (str(it["purl"]), str(it["lock"])))}
    edges: dict[str, set[str]] = {own: {it["purl"] for it in found if it["direct"]}} | {
        ref: set() for ref in components
    }
    for it in found:
        edges[it["purl"]] |= {refs[it["lock"], key] for key in it["needs"] if (it["lock"], key) in refs} - {it["purl"]}
    body = {
        "components": list(components.values()),
        "dependencies": [{"ref": ref, "dependsOn": sorted(edges[ref])} for ref in sorted(edges)],
    }
    digest = hashlib.sha256(orjson.dumps([own, body], option=orjson.OPT_SORT_KEYS)).digest()
    told = {
        "$schema": _SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": UUID(bytes=digest[:16], version=5).urn,
        "version": 1,
        "metadata": {
            "timestamp": written(made_at),
            "tools": {"components": [{"type": "application", "name": "ami-audit", "version": made_by}]},
            "component": _own(module, own),
        },
        **body,
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode() + "\n"


def _own_ref(module: Mapping[str, Any]) -> str:
    version = module["version"]
    return f"module:{module['path']}:{module['name']}" + (f"@{version}" if version else "")


def _own(module: Mapping[str, Any], ref: str) -> dict[str, Any]:
    facts = {"type": "application", "bom-ref": ref, "name": module["name"]}
    if module["version"]:
        facts["version"] = module["version"]
    return facts | _licences(str(module["licence"]))


def _component(it: Mapping[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {"type": "library", "bom-ref": it["purl"], "name": it["name"], "purl": it["purl"]}
    if it["version"]:
        facts["version"] = it["version"]
    if it["groups"]:
        facts["scope"] = _SCOPES[any(not group.startswith(_EXTRAS) for group in it["groups"])]
    facts |= _licences(str(it.get("licence", "")))
    facts["properties"] = [
        {"name": "ami-audit:lock-file", "value": str(it["lock"])},
        {"name": "ami-audit:direct", "value": str(it["direct"]).lower()},
        {"name": "ami-audit:source", "value": str(it["source"]["kind"])},
    ]
    return facts


def _licences(said: str) -> dict[str, Any]:
    if not said:
        return {}
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        return {"licenses": [{"expression": canonicalize_license_expression(said)}]}
    except InvalidLicenseExpression:
        return {"licenses": [{"license": {"name": said}}]}


def _key(it: Mapping[str, Any]) -> str:
    return f"{it['name']}@{it['version']}" if it["version"] else str(it["name"])
