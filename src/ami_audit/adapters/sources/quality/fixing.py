"""Lets ruff mend the target, and tells what each file was before and is after."""

import os
import stat
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

from ami_audit.adapters.sources.quality import findings, settings
from ami_audit.adapters.sources.quality.child import Child
from ami_audit.adapters.sources.quality.place import Place
from ami_audit.adapters.sources.quality.program import Program, environment, find, version_of
from ami_audit.adapters.sources.quality.reading import sha256_of
from ami_audit.adapters.sources.quality.ruff import by_file
from ami_audit.adapters.sources.quality.running import Batch, run_draft
from ami_audit.adapters.sources.quality.tool import GarbledError, Workshop, path_argument, without
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import ActorType, AuditTargetType, Outcome
from ami_audit.domain.query import is_under

ACTION = "quality.fix"
_NAME = "ruff-fix"
_BATCH = 64
# Ruff also lists its own settings.
_PYTHON = (".py", ".pyi", ".ipynb")
# Of one command's words; the kernel takes more, but not much.
_MOST_ARGUMENT_BYTES = 100_000

_States = dict[str, str]
_Steps = Generator[Batch, None, bool]


class Fixing:
    """One mending of the target."""

    def __init__(self, workshop: Workshop, *, source: str) -> None:
        """Args: `source` is the drafts' source."""
        self._workshop = workshop
        self._place = workshop.place
        self._source = source
        self._commands: list[list[str]] = []
        self._findings: list[AuditFinding] = []
        self._output = b""
        self._rules: dict[str, Counter[str]] = {}

    def drafts(self) -> Iterator[Batch]:
        """Yield a draft for each file that was changed, and last what was done."""
        program = find("ruff", self._place, of_project=self._workshop.options.project_tools)
        if program is None:
            self._findings.append(findings.missing("ruff"))
            yield [self._record({}, failed=True)]
            return
        self._findings += settings.unsafe_for_ruff(self._place)
        if self._findings:
            # By other rules than the project's own nothing is mended.
            yield [self._record({}, failed=True)]
            return
        files = yield from self._files(program)
        before = _states(files, self._place.root)
        rules = yield from self._broken_rules(program, files)
        unsafe = ("--unsafe-fixes",) if self._workshop.options.unsafe_fixes else ("--no-unsafe-fixes",)
        checked = ("check", "--fix-only", "--no-cache", "--force-exclude", *unsafe)
        yield from self._over(program, checked, files)
        between = _states(files, self._place.root)
        yield from self._over(program, ("format", "--no-cache", "--force-exclude"), files)
        after = _states(files, self._place.root)
        changed = [path for path in files if before[path] != after[path]]
        left = yield from self._broken_rules(program, changed)
        states = (before, between, after)
        for start in range(0, len(changed), _BATCH):
            yield [
                self._fixed(path, states, mended=rules.get(path, Counter()) - left.get(path, Counter()))
                for path in changed[start : start + _BATCH]
            ]
        facts = {
            "program": program.path,
            "origin": program.origin,
            "version": "" if self._findings else version_of(program, "ruff"),
        }
        yield [self._record({**facts, "checked": len(files), "changed": len(changed)}, failed=bool(self._findings))]

    def _files(self, program: Program) -> Generator[Batch, None, list[str]]:
        """Return the files that ruff would look at: regular ones inside the root, never through a link."""
        done = yield from self._run(
            program, ("check", "--show-files", "--no-cache", "--", path_argument(self._place.target, self._place.root))
        )
        names = os.fsdecode(self._output).split("\n") if done else []
        return [name for name in sorted(names) if name.endswith(_PYTHON) and _is_ours(name, self._place)]

    def _broken_rules(self, program: Program, files: Sequence[str]) -> Generator[Batch, None, dict[str, Counter[str]]]:
        rules: dict[str, Counter[str]] = {}
        options = ("check", "--output-format=json-lines", "--no-cache", "--no-fix", "--force-exclude", "--exit-zero")
        for some in _chunks(files):
            if (yield from self._run(program, (*options, "--", *some), told=False)):
                kept = self._workshop.folder / "before.jsonl"
                kept.write_bytes(self._output)
                with kept.open("rb") as file:
                    try:
                        for path, lines in by_file(file):
                            rules[path] = Counter(line.code or "invalid-syntax" for line in lines)
                    except GarbledError as error:
                        self._findings.append(findings.garbled("ruff", str(error)))
        return rules

    def _over(self, program: Program, options: tuple[str, ...], files: Sequence[str]) -> Iterator[Batch]:
        for some in _chunks(files):
            yield from self._run(program, (*options, "--", *some), shown=(*options, "--", f"<{len(some)} files>"))

    def _run(self, program: Program, options: Sequence[str], *, told: bool = True, shown: Sequence[str] = ()) -> _Steps:
        """Run ruff; the generator's value is whether it did what it should, and its output is kept."""
        place, timeout_s = self._place, self._workshop.options.tool_timeout_s
        own = place if program.origin == "of the project" else None
        child = Child(
            [program.path, *options],
            cwd=place.root,
            environment=environment(of_project=own),
            folder=self._workshop.folder,
            name=_NAME,
        )
        try:
            code = yield from child.waited(timeout_s)
            with child.output() as output:
                self._output = output.read()
            if told:
                self._commands.append(without((program.path, *(shown or options)), self._workshop.folder))
            if code is None:
                self._findings.append(findings.too_slow("ruff", timeout_s))
            elif code not in {0, 1}:
                self._findings.append(findings.failed(f"ruff {options[0]}", code, child.complaint()))
        finally:
            child.close()
        return code in {0, 1}

    def _fixed(self, path: str, states: tuple[_States, _States, _States], *, mended: Counter[str]) -> AuditDraft:
        before, between, after = (state[path] for state in states)
        steps = [name for name, is_its in (("check", before != between), ("format", between != after)) if is_its]
        return AuditDraft(
            action=ACTION,
            target=self._place.relative(path),
            target_type=AuditTargetType.QUALITY,
            source=self._source,
            actor="ruff",
            actor_type=ActorType.SYSTEM,
            outcome=Outcome.SUCCESS,
            context={
                "after": {"sha256": after},
                "before": {"sha256": before},
                "mended": dict(sorted(mended.items())),
                "steps": steps,
                "tool": "ruff",
            },
        )

    def _record(self, facts: dict[str, Any], *, failed: bool) -> AuditDraft:
        context = {
            **facts,
            "tool": _NAME,
            "commands": self._commands,
            "unsafe_fixes": self._workshop.options.unsafe_fixes,
        }
        return run_draft(self._place, context, source=self._source, findings=self._findings, failed=failed)


def uncommitted(place: Place) -> list[str] | None:
    """Return the target's files with changes that are not committed; None outside a repository."""
    import pygit2

    try:
        repository = pygit2.Repository(str(place.root), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
        states = repository.status(untracked_files="all")
    except (pygit2.GitError, KeyError, OSError, ValueError):
        return None
    quiet = {pygit2.enums.FileStatus.CURRENT, pygit2.enums.FileStatus.IGNORED}
    changed = (path for path, state in states.items() if state not in quiet and not path.startswith(".audit/"))
    return sorted(path for path in changed if place.named == "." or is_under(path, place.named))


def _states(files: Sequence[str], root: Path) -> _States:
    return {path: sha256_of(Path(path), root) for path in files}


def _is_ours(name: str, place: Place) -> bool:
    try:
        is_file = stat.S_ISREG(os.lstat(name).st_mode)
    except OSError:
        return False
    return is_file and os.path.realpath(name) == name and Path(name).is_relative_to(place.root)


def _chunks(files: Sequence[str]) -> Iterator[list[str]]:
    held: list[str] = []
    size = 0
    for name in files:
        if held and size + len(name) > _MOST_ARGUMENT_BYTES:
            yield held
            held, size = [], 0
        held.append(name)
        size += len(os.fsencode(name)) + 1
    if held:
        yield held
