"""QualitySource: what checkers say about the code at a place, with their versions, failures and gaps."""

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ami_audit.adapters.sources.quality.place import Place, locate
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import SourceError, UsageError
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.domain.options import AuditOptions
from ami_audit.ports.progress import Progress, silent
from ami_audit.ports.scanner import FileScanner, ScannedFile, ScanRequest
from ami_audit.ports.source import AuditSource, Known, nothing_known
from ami_audit.ports.word_matcher import WordMatcherMaker

if TYPE_CHECKING:
    from ami_audit.adapters.sources.quality.running import Running
    from ami_audit.adapters.sources.quality.tool import Tool, Workshop

SOURCE = "quality_source/1"
AGENT = "ami-agent"
WORDS = "banned-words"
TOOLS = ("ruff", "complexity", "cognitive", "mypy", "bandit")
_PYTHON = (".py", ".pyi", ".ipynb")


class QualitySource(AuditSource):
    """Runs ruff, mypy, bandit and complexity checks side by side, reads ami-agent's results, finds banned words.

    No program, plugin or setting of the audited project runs unless `AuditOptions.project_tools` says so.
    """

    def __init__(self, scanner: FileScanner, matcher: WordMatcherMaker) -> None:
        """Args: `scanner` lists files, `matcher` compiles banned words."""
        self._scanner = scanner
        self._matcher = matcher

    def stream(
        self,
        target: str,
        options: AuditOptions,
        *,
        known: Known = nothing_known,  # noqa: ARG002 - whether a fact is known shows only once its file was checked
        progress: Progress = silent,
    ) -> Iterator[Sequence[AuditDraft]]:
        """Yield drafts tool by tool, in one order; a batch may be empty, as tools take their time.

        Raises:
            SourceError: The target cannot be opened, or must not be mended.
            UsageError: A tool of that name is not known, or the file of banned words that is named is not there.
        """
        from ami_audit.adapters.sources.quality.tool import Workshop

        chosen = _chosen(options)
        if options.banned_words_file and not Path(options.banned_words_file).is_file():
            raise UsageError(f"There is no file `{options.banned_words_file}` that bans words.")
        place = locate(target)
        if options.fix:
            check_may_fix(place, options)
        with TemporaryDirectory(prefix="ami-audit-") as folder:
            workshop = Workshop(place, options, Path(folder), Path(folder) / "python-files")
            yield from self._checks(workshop, chosen, progress)

    def supports(self, target_type: AuditTargetType) -> bool:
        """Return whether this is about quality."""
        return target_type is AuditTargetType.QUALITY

    def get_metadata(self) -> dict[str, Any]:
        """Return the source's name, and the versions of the tools that lie beside it."""
        tools = {"scanner": self._scanner.version()}
        for name in ("bandit", "complexipy", "mypy", "ruff"):
            try:
                tools[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                continue
        return {"name": "quality", "version": SOURCE, "tools": tools}

    def _checks(
        self, workshop: "Workshop", chosen: Sequence[str], progress: Progress
    ) -> Iterator[Sequence[AuditDraft]]:
        from ami_audit.adapters.sources.quality.fixing import Fixing
        from ami_audit.adapters.sources.quality.running import Running

        total = len(chosen) + workshop.options.fix
        progress.step("checks", done=0, total=total)
        done = 0
        if workshop.options.fix:
            yield from Fixing(workshop, source=SOURCE).drafts()
            done += 1
            progress.step("checks", done=done, total=total)
        has_python = self._list_python(workshop, whole="cognitive" in chosen)
        with ExitStack() as stack:
            running = {
                tool.name: stack.enter_context(closing(Running(tool, workshop, source=SOURCE, has_files=has_python)))
                for tool in _tools(chosen)
            }
            for number, name in enumerate(chosen, done + 1):
                drafts = running[name].drafts() if name in running else self._others(name, workshop, progress)
                yield from _watched(drafts, running.values())
                if name in running:
                    running[name].close()
                progress.step("checks", done=number, total=total)

    def _others(self, name: str, workshop: "Workshop", progress: Progress) -> Iterator[Sequence[AuditDraft]]:
        if name == WORDS:
            from ami_audit.adapters.sources.quality.words import Words

            words = Words(self._matcher, workshop.place, workshop.options, source=SOURCE)
            yield from words.drafts(self._listed(workshop, progress))
        elif name == AGENT:
            from ami_audit.adapters.sources.quality.agent import Agent

            yield from Agent(workshop, source=SOURCE).drafts()

    def _list_python(self, workshop: "Workshop", *, whole: bool) -> bool:
        """Return whether there are Python files; when a tool needs the `whole` list of them, write it."""
        count = 0
        with workshop.python_files.open("wb") as file, closing(self._listed(workshop, silent)) as listed:
            for paths in listed:
                count += sum(path.endswith(_PYTHON) for path in paths)
                if count and not whole:
                    break
                own = [os.fsencode(workshop.place.root / path) for path in paths if path.endswith(".py")]
                file.writelines(path + b"\0" for path in own)
        return count > 0

    def _listed(self, workshop: "Workshop", progress: Progress) -> Generator[list[str]]:
        """Yield the target's files by the rules of the file source, relative to the root."""
        options, place = workshop.options, workshop.place
        request = ScanRequest(
            target=str(place.target),
            ignore=options.ignore,
            follow_ignore_files=options.follow_ignore_files,
            include_vendored=options.include_vendored,
            read_content=False,
        )
        with closing(self._scanner.scan(request)) as batches:
            for batch in batches:
                for what, why, count in batch.skipped:
                    progress.skipped(what, why=why, count=count)
                yield [_exact(file, place) for file in batch.files if file.facts.get("kind") == "file"]


def _watched(drafts: Iterator[Sequence[AuditDraft]], running: Iterable["Running"]) -> Generator[Sequence[AuditDraft]]:
    """Yield one check's drafts, with an eye on the time of the tools."""
    for batch in drafts:
        for tool in running:
            tool.glance()
        yield batch


def check_may_fix(place: Place, options: AuditOptions) -> None:
    """See that nothing is lost when files are mended.

    Raises:
        SourceError: Changes are not committed, or there is no repository; and nothing says that this may be.
    """
    from ami_audit.adapters.sources.quality.fixing import uncommitted

    if options.allow_dirty:
        return
    changed = uncommitted(place)
    if changed is None:
        raise SourceError(
            place.named,
            "it is in no Git repository, so mending it could not be undone; `--allow-dirty` mends it all the same.",
        )
    if changed:
        count = "1 file has" if len(changed) == 1 else f"{len(changed)} files have"
        raise SourceError(
            place.named,
            f"{count} changes that are not committed, such as `{changed[0]}`, and mending would mix with them; "
            "commit or stash them first, or use `--allow-dirty`.",
        )


def _chosen(options: AuditOptions) -> tuple[str, ...]:
    """Return what is checked, in the order of the answer: what was asked for, else the usual."""
    known = (WORDS, *TOOLS, AGENT)
    for name in options.quality_tools:
        if name not in known:
            raise UsageError(f"No quality check `{name}`; there are: {', '.join(sorted(known))}.")
    asked = set(options.quality_tools)
    flags = {
        "ruff": options.run_ruff,
        "mypy": options.run_mypy,
        "bandit": options.run_bandit,
        "complexity": options.run_complexity,
        "cognitive": options.run_complexity,
    }
    asked |= {name for name, is_on in flags.items() if is_on}
    asked = asked or {*TOOLS, AGENT}
    asked |= {WORDS} if options.check_banned_words else set()
    asked |= {AGENT} if options.run_ami_agent else set()
    return tuple(name for name in known if name in asked)


def _tools(chosen: Sequence[str]) -> Iterator["Tool"]:
    from ami_audit.adapters.sources.quality.bandit import Bandit
    from ami_audit.adapters.sources.quality.cognitive import Cognitive
    from ami_audit.adapters.sources.quality.complexity import Complexity
    from ami_audit.adapters.sources.quality.mypy import Mypy
    from ami_audit.adapters.sources.quality.ruff import Ruff

    tools: tuple[Tool, ...] = (Ruff(), Complexity(), Cognitive(), Mypy(), Bandit())
    return (tool for tool in tools if tool.name in chosen)


def _exact(file: ScannedFile, place: Place) -> str:
    """Return a file's path as the operating system names it, relative to the root."""
    exact = file.facts.get("path_bytes")
    path = os.fsdecode(bytes.fromhex(exact)) if isinstance(exact, str) else file.target
    return os.path.relpath(path, place.root) if Path(path).is_absolute() else path
