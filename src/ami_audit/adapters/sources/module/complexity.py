"""How hard each Python function is to follow: ruff for branches, arguments and statements, complexipy for nesting."""

import re
import shutil
import sysconfig
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import orjson

from ami_audit.adapters.sources.module.child import Answer, python_script, ran, together
from ami_audit.adapters.sources.module.naming import Setting, finding, short, violation
from ami_audit.adapters.sources.module.sources import Sources
from ami_audit.adapters.sources.module.tree import Survey, escaped
from ami_audit.domain.finding import AuditFinding, AuditViolation
from ami_audit.domain.kinds import AuditSeverity
from ami_audit.domain.options import AuditOptions

MOST_COMPLEXITY = 10
MOST_ARGUMENTS = 16
MOST_STATEMENTS = 96
_TIMEOUT_S = 180.0
_WORST = 20
_MOST_LEFT_OUT = 1_000
_MOST_VIOLATIONS = 500
_INSTALL = "pip install 'ami-audit[quality]'"
_COMPLEX = re.compile(r"`(.*)` is too complex \((\d+) > 0\)")
_RULES = {"C901": "complexity", "PLR0913": "arguments", "PLR0915": "statements"}


@dataclass(slots=True)
class Complexity:
    """What was measured, and what was judged of it."""

    facts: dict[str, Any] = field(default_factory=dict)
    findings: list[AuditFinding] = field(default_factory=list)
    violations: list[AuditViolation] = field(default_factory=list)


def measured(
    root: Path, survey: Survey, setting: Setting, *, sources: Sources, options: AuditOptions
) -> Generator[None, None, Complexity]:
    """Return the complexity of a module's Python functions; nothing when it has none."""
    if not sources.fit:
        return Complexity()
    left_out = [*survey.nested, *(path for path, _ in sources.unfit)]
    scripts = [path for path in sources.fit if path.endswith(".py")]
    parts = yield from together(
        _cyclomatic(root, left_out, setting=setting, options=options), _cognitive(root, scripts, setting=setting)
    )
    return Complexity(
        {name: it for part in parts for name, it in part.facts.items()},
        [it for part in parts for it in part.findings],
        [it for part in parts for it in part.violations],
    )


def ruff() -> str | None:
    """Return the ruff that is installed beside us, or else on the PATH; never one that the audited tree brings."""
    beside = Path(sysconfig.get_path("scripts"), "ruff")
    return str(beside) if beside.is_file() else shutil.which("ruff")


def _cyclomatic(
    root: Path, left_out: Sequence[str], *, setting: Setting, options: AuditOptions
) -> Generator[None, None, Complexity]:
    found = Complexity()
    program = ruff()
    if program is None:
        found.findings.append(_gap("ruff", setting))
        return found
    command = [
        program,
        "check",
        "--isolated",
        "--no-cache",
        "--quiet",
        "--exit-zero",
        "--ignore-noqa",
        "--output-format=json",
        f"--select={','.join(_RULES)}",
        "--config=lint.mccabe.max-complexity=0",
        f"--config=lint.pylint.max-args={MOST_ARGUMENTS}",
        f"--config=lint.pylint.max-statements={MOST_STATEMENTS}",
        "--respect-gitignore" if options.follow_ignore_files else "--no-respect-gitignore",
        *(f"--extend-exclude={root.resolve() / escaped(path)}" for path in left_out[:_MOST_LEFT_OUT]),
        *(f"--extend-exclude={pattern}" for pattern in options.ignore),
        ".",
    ]
    answer = yield from ran(command, cwd=root, timeout_s=_TIMEOUT_S)
    entries = _entries(answer)
    if entries is None:
        found.findings.append(_failed("ruff", answer, setting))
        return found
    _judge(entries, root, found, setting=setting)
    return found


def _judge(entries: Sequence[Any], root: Path, found: Complexity, *, setting: Setting) -> None:
    prefix = f"{root.resolve()}/"
    functions: list[tuple[int, str, int, str]] = []
    broken: list[str] = []
    rules: list[AuditViolation] = []
    for entry in entries:
        path = str(entry.get("filename", "")).removeprefix(prefix)
        line = int((entry.get("location") or {}).get("row") or 0)
        code, message = entry.get("code"), str(entry.get("message", ""))
        complexity = _COMPLEX.fullmatch(message)
        if code == "C901" and complexity:
            functions.append((int(complexity[2]), path, line, complexity[1]))
        elif code in _RULES:
            rules.append(violation(str(code), short(message), path=setting.place(path), line=line))
        elif path not in broken:
            broken.append(path)
    functions.sort(key=lambda it: (-it[0], it[1], it[2]))
    found.facts["cyclomatic"] = _facts(functions)
    over = [it for it in functions if it[0] > MOST_COMPLEXITY]
    found.violations += [
        violation(
            "C901",
            f"`{short(name)}` has a complexity of {value}; {MOST_COMPLEXITY} is the most.",
            path=setting.place(path),
            line=line,
        )
        for value, path, line, name in over[:_MOST_VIOLATIONS]
    ] + sorted(rules, key=lambda it: (it.file_path or "", it.line_number or 0))[:_MOST_VIOLATIONS]
    told = Counter(it.rule for it in rules)
    found.facts["limits"] = {"complexity": MOST_COMPLEXITY, "arguments": MOST_ARGUMENTS, "statements": MOST_STATEMENTS}
    found.facts["over_limit"] = {"complexity": len(over), "arguments": told["PLR0913"], "statements": told["PLR0915"]}
    # Which they are the imports tell.
    found.facts["unparsed"] = len(broken)


def _cognitive(root: Path, files: Sequence[str], *, setting: Setting) -> Generator[None, None, Complexity]:
    found = Complexity()
    if find_spec("complexipy") is None:
        found.findings.append(_gap("complexipy", setting))
        return found
    answer = yield from listed_run("cognitive.py", root, files, timeout_s=_TIMEOUT_S)
    if answer.fault or answer.status:
        found.findings.append(_failed("complexipy", answer, setting))
        return found
    functions = [
        (int(value), it["path"], int(line), str(name))
        for it in json_lines(answer.output)
        for name, value, line in it.get("functions", ())
    ]
    functions.sort(key=lambda it: (-it[0], it[1], it[2]))
    found.facts["cognitive"] = _facts(functions)
    return found


def listed_run(script: str, root: Path, files: Sequence[str], *, timeout_s: float) -> Generator[None, None, Answer]:
    """Run a script of ours over a list of files."""
    with NamedTemporaryFile() as listing:
        listing.write("\0".join(files).encode("utf-8", "surrogateescape"))
        listing.flush()
        return (yield from ran([*python_script(script), root, listing.name], cwd=root, timeout_s=timeout_s))


def json_lines(output: bytes) -> Iterator[dict[str, Any]]:
    """Yield the objects of an output of one a line."""
    for line in output.splitlines():
        yield orjson.loads(line)


def _facts(functions: Sequence[tuple[int, str, int, str]]) -> dict[str, Any]:
    """Return what stays of the functions, worst first."""
    values = [it[0] for it in functions]
    return {
        "functions": len(values),
        "sum": sum(values),
        "mean": round(sum(values) / len(values), 2) if values else 0,
        "most": values[0] if values else 0,
        "worst": [
            {"complexity": value, "function": short(name), "path": path, "line": line}
            for value, path, line, name in functions[:_WORST]
        ],
    }


def _entries(answer: Answer) -> list[Any] | None:
    if answer.fault or answer.status:
        return None
    try:
        found = orjson.loads(answer.output)
    except orjson.JSONDecodeError:
        return None
    return [it for it in found if isinstance(it, dict)] if isinstance(found, list) else None


def _gap(tool: str, setting: Setting) -> AuditFinding:
    return finding(
        "tool-missing",
        f"Complexity was not measured in full: `{tool}` is not installed.",
        location=setting.module,
        severity=AuditSeverity.INFO,
        recommendation=_INSTALL,
    )


def _failed(tool: str, answer: Answer, setting: Setting) -> AuditFinding:
    why = answer.fault or answer.complaint or f"it ended with {answer.status}"
    return finding("tool-failed", f"`{tool}` could not measure complexity: {short(why)}.", location=setting.module)
