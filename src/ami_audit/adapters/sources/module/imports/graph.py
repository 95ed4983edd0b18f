"""The graph of a module's own imports: circles, layers, and what most depends on."""

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import orjson

from ami_audit.adapters.sources.module.child import python_script, ran
from ami_audit.adapters.sources.module.dependencies.graph import circles
from ami_audit.adapters.sources.module.imports.roots import Package
from ami_audit.adapters.sources.module.naming import Setting, finding, short
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity

_TIMEOUT_S = 600.0
_KEPT = 20
_MOST_LAYERS = 50
_MOST_IN_LAYER = 100


def graphs(
    packages: Sequence[Package], setting: Setting
) -> Generator[None, None, tuple[list[dict[str, Any]], list[AuditFinding]]]:
    """Return the facts of each package's graph, and what was judged or could not be known."""
    facts: list[dict[str, Any]] = []
    findings: list[AuditFinding] = []
    if packages and find_spec("grimp") is None:
        return [], [_missing(setting)]
    for package in packages:
        command = [*python_script("graph.py"), package.root, package.name]
        answer = yield from ran(command, cwd=package.root, timeout_s=_TIMEOUT_S)
        if answer.fault or answer.status:
            why = answer.fault or answer.complaint or f"it ended with {answer.status}"
            description = f"The imports of `{package.name}` could not be followed: {short(why)}."
            findings.append(finding("tool-failed", description, location=setting.module))
            continue
        told = orjson.loads(answer.output)
        one, judged = _judged(package.name, told, setting)
        facts.append(one)
        findings += judged
    return facts, findings


def _judged(name: str, told: Mapping[str, Any], setting: Setting) -> tuple[dict[str, Any], list[AuditFinding]]:
    edges: dict[str, set[str]] = {module: set() for module in told["modules"]}
    at_start: dict[str, set[str]] = {module: set() for module in told["modules"]}
    for importer, imported, _, is_lazy in told["imports"]:
        edges[importer].add(imported)
        if not is_lazy:
            at_start[importer].add(imported)
    rings = circles(at_start)
    imported_by = Counter(imported for targets in edges.values() for imported in targets)
    facts = {
        "package": name,
        "modules": len(edges),
        "imports": sum(map(len, edges.values())),
        "cycles": [ring[:_KEPT] for ring in rings[:_KEPT]],
        "cycle_count": len(rings),
        "layers": layers(name, edges),
        "most_imported": [[module, count] for module, count in _most(imported_by)],
        "most_importing": [[module, count] for module, count in _most({it: len(edges[it]) for it in edges})],
        "grimp": told["version"],
    }
    findings = [_circle(ring, setting) for ring in rings[:_KEPT]]
    if len(rings) > _KEPT:
        description = f"{len(rings) - _KEPT} more groups of modules import each other in a circle."
        findings.append(finding("import-cycle", description, location=setting.module))
    return facts, findings


def layers(package: str, edges: Mapping[str, set[str]]) -> list[list[str]]:
    """Return a package's direct children by layer, what others build upon last; those in a circle stand together."""
    children = {_child(package, module) for module in edges} - {""}
    between: dict[str, set[str]] = {child: set() for child in children}
    for importer, targets in edges.items():
        one = _child(package, importer)
        for target in targets:
            other = _child(package, target)
            if one and other and one != other:
                between[one].add(other)
    group_of = {child: child for child in children}
    for ring in circles(between):
        group_of.update(dict.fromkeys(ring, ring[0]))
    heights = _heights(between, group_of)
    found: dict[int, list[str]] = {}
    for child in sorted(children):
        found.setdefault(heights[group_of[child]], []).append(child)
    return [found[height][:_MOST_IN_LAYER] for height in sorted(found, reverse=True)][:_MOST_LAYERS]


def _heights(between: Mapping[str, set[str]], group_of: Mapping[str, str]) -> dict[str, int]:
    needs: dict[str, set[str]] = {group: set() for group in group_of.values()}
    for child, targets in between.items():
        needs[group_of[child]] |= {group_of[it] for it in targets} - {group_of[child]}
    heights: dict[str, int] = {}
    while len(heights) < len(needs):
        # No circle is left among groups, so each round settles those whose needs are settled.
        for group in sorted(set(needs) - set(heights)):
            if needs[group] <= set(heights):
                heights[group] = 1 + max((heights[it] for it in needs[group]), default=0)
    return heights


def _child(package: str, module: str) -> str:
    return module[len(package) + 1 :].partition(".")[0] if module.startswith(f"{package}.") else ""


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(((name, it) for name, it in counts.items() if it), key=lambda it: (-it[1], it[0]))[:_KEPT]


def _circle(ring: Sequence[str], setting: Setting) -> AuditFinding:
    names = ", ".join(f"`{name}`" for name in ring[:5]) + (f" and {len(ring) - 5} more" if len(ring) > 5 else "")
    return finding(
        "import-cycle",
        f"Modules import each other in a circle: {names}.",
        location=setting.module,
        recommendation="Move what they share into a module below both.",
    )


def _missing(setting: Setting) -> AuditFinding:
    return finding(
        "tool-missing",
        "The imports between the module's own files were not followed: `grimp` is not installed.",
        location=setting.module,
        severity=AuditSeverity.INFO,
        recommendation="pip install 'ami-audit[quality]'",
    )
