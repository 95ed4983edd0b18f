"""`ami-audit quality`: audit what checkers say about code."""

from pathlib import Path
from typing import Annotated

import typer

from ami_audit.entrypoints.cli import options as common


def quality(
    path: common.Place = Path(),
    *,
    tools: Annotated[
        str | None,
        typer.Option(
            "--tools",
            metavar="NAMES",
            help="Which checks, separated by commas.",
            show_default="ruff,complexity,cognitive,mypy,bandit,ami-agent",
        ),
    ] = None,
    violations: Annotated[
        bool, typer.Option("--violations", help="List every violation, those known from an earlier run too.")
    ] = False,
    banned_words: Annotated[
        bool, typer.Option("--banned-words", help="Also look for the words that the project bans.")
    ] = False,
    banned_words_file: Annotated[
        Path | None,
        typer.Option("--banned-words-file", metavar="FILE", help="Where they stand.", show_default="the usual places"),
    ] = None,
    ami_agent: Annotated[
        bool, typer.Option("--ami-agent", help="Let `ami-agent --audit` run first; its results are read in any case.")
    ] = False,
    project_tools: Annotated[
        bool,
        typer.Option("--project-tools", help="Run the project's own tools and plugins: only if you trust the project."),
    ] = False,
    tool_timeout_s: Annotated[
        float, typer.Option("--tool-timeout-s", metavar="SECONDS", min=1, help="How long one tool may take.")
    ] = 600.0,
    fix: Annotated[
        bool, typer.Option("--fix", help="First let ruff mend and format the files; each change is recorded.")
    ] = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="With --fix: also mend what may change what the code does.")
    ] = False,
    allow_dirty: Annotated[
        bool, typer.Option("--allow-dirty", help="With --fix: even over changes that are not committed.")
    ] = False,
    ignore: common.Ignore = None,
    include_vendored: common.IncludeVendored = False,
    ignore_files: common.IgnoreFiles = True,
    full: common.Full = False,
    reason: common.Reason = None,
    fail_on: common.FailOn = None,
    key: common.Key = None,
    store: common.Store = None,
    every_records: common.EveryRecords = None,
    every_s: common.EverySeconds = None,
    format_name: common.Format = "terminal",
    output: common.Output = None,
    quiet: common.Quiet = False,
) -> None:
    """Audit the quality of code: ruff, mypy, bandit, complexity, ami-agent's results, banned words."""
    from ami_audit.entrypoints.cli.collecting import Collection, collect, trail_settings

    if (unsafe_fixes or allow_dirty) and not fix:
        raise typer.BadParameter("--unsafe-fixes and --allow-dirty need --fix.")
    if fix and not allow_dirty:
        _check_that_nothing_is_lost(path)
    collect(
        Collection(
            place=path,
            target=str(path),
            sources="quality",
            settings=trail_settings(store, key=key, every_records=every_records, every_s=every_s),
            options={
                "quality_tools": _names(tools),
                "check_banned_words": banned_words or banned_words_file is not None,
                "banned_words_file": str(banned_words_file or ""),
                "run_ami_agent": ami_agent,
                "project_tools": project_tools,
                "tool_timeout_s": tool_timeout_s,
                "fix": fix,
                "unsafe_fixes": unsafe_fixes,
                "allow_dirty": allow_dirty,
                "ignore": tuple(ignore or ()),
                "include_vendored": include_vendored,
                "follow_ignore_files": ignore_files,
                "full": full,
                "reason": reason,
            },
            fail_on=fail_on,
            format_name=format_name,
            output=output,
            quiet=quiet,
            listed=frozenset({"quality.violations"}) if violations else frozenset(),
        )
    )


def _names(tools: str | None) -> tuple[str, ...]:
    from ami_audit.domain.errors import UsageError
    from ami_audit.entrypoints.bootstrap.sources import quality_checks

    names = tuple(name.strip() for name in (tools or "").split(",") if name.strip())
    known = quality_checks()
    for name in names:
        if name not in known:
            raise UsageError(f"No quality check `{name}`; there are: {', '.join(known)}.")
    return names


def _check_that_nothing_is_lost(path: Path) -> None:
    from ami_audit.domain.errors import SourceError, UsageError
    from ami_audit.entrypoints.bootstrap.sources import check_may_fix

    if not path.exists():
        return  # said as for any command
    try:
        check_may_fix(str(path))
    except SourceError as error:
        raise UsageError(f"`{path}` is not mended: {error.reason}") from error
