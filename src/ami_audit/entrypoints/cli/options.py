"""The options that several commands share."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, NoReturn

import typer


def _format(value: str) -> str:
    from ami_audit.entrypoints.bootstrap.formatters import formatter_maker, formatters

    return value if formatter_maker(value) else _none_of(value, formatters())


def _verdict_format(value: str) -> str:
    from ami_audit.entrypoints.bootstrap.formatters import verdict_formatter_maker, verdict_formatters

    return value if verdict_formatter_maker(value) else _none_of(value, verdict_formatters())


def _none_of(value: str, known: Iterable[str]) -> NoReturn:
    raise typer.BadParameter(f"`{value}` is none of {', '.join(sorted(known))}.")


def _plain_format(value: str) -> str:
    known = ("json", "text")
    return value if value in known else _none_of(value, known)


Place = Annotated[Path, typer.Argument(help="The repository or folder.", show_default="the working folder")]
Format = Annotated[
    str,
    typer.Option(
        "--format", "-f", metavar="NAME", callback=_format, help="How the answer is written: terminal, json, markdown."
    ),
]
VerdictFormat = Annotated[
    str,
    typer.Option(
        "--format",
        "-f",
        metavar="NAME",
        callback=_verdict_format,
        help="How the answer is written: terminal, json, markdown, sarif.",
    ),
]
PlainFormat = Annotated[
    str,
    typer.Option(
        "--format", "-f", metavar="NAME", callback=_plain_format, help="How the answer is written: text, json."
    ),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the answer to this file instead of stdout.")
]
Archives = Annotated[
    bool, typer.Option("--archives", help="Also look into archives: zip, wheel, tar, tar.gz, tar.bz2, tar.xz, tar.zst.")
]
Rehash = Annotated[
    bool,
    typer.Option("--rehash", help="Read every file, also those whose size, times, inode and owner are as recorded."),
]
Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="PLACE",
        help="Where the trail lies: a path or sqlite:///path.",
        show_default=".audit/audit.db",
    ),
]
Clearance = Annotated[
    str | None,
    typer.Option(
        "--clearance",
        metavar="CLASS",
        help="The highest class of values that is shown: public, internal, confidential, restricted.",
        show_default="internal",
    ),
]
Key = Annotated[str | None, typer.Option("--key", metavar="NAME", help="The signing key's name or id.")]
Policy = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        metavar="FILE",
        help="Which witnesses must cosign (C2SP tlog-policy).",
        show_default="the trail's own policy",
    ),
]
TrustPolicy = Annotated[
    Path | None,
    typer.Option(
        "--policy", metavar="FILE", help="Which logs and witnesses are trusted, and how many (C2SP tlog-policy)."
    ),
]
EveryRecords = Annotated[
    int | None,
    typer.Option(
        "--checkpoint-every-records",
        metavar="N",
        min=0,
        help="Sign a checkpoint after so many records; 0 only at the end.",
        show_default="65536",
    ),
]
EverySeconds = Annotated[
    float | None,
    typer.Option(
        "--checkpoint-every-s",
        metavar="SECONDS",
        min=0,
        help="Sign a checkpoint after so much time; 0 only at the end.",
        show_default="300",
    ),
]
Reason = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why the audit is done; kept in every record.")
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="TIME", help="From this moment on: `7 days ago`, `2024-01-31`, `@1700000000`."),
]
Until = Annotated[str | None, typer.Option("--until", metavar="TIME", help="Before this moment.")]
Full = Annotated[bool, typer.Option("--full", help="Record again what is unchanged since an earlier run.")]
FailOn = Annotated[
    str | None, typer.Option("--fail-on", metavar="SEVERITY", help="End with exit code 1 on findings at or above this.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
Ignore = Annotated[list[str] | None, typer.Option("--ignore", metavar="GLOB", help="Leave these files out.")]
IncludeVendored = Annotated[bool, typer.Option("--include-vendored", help="Look into vendored and build folders.")]
IgnoreFiles = Annotated[bool, typer.Option("--ignore-files/--no-ignore-files", help="Honour .gitignore and its like.")]
Author = Annotated[
    list[str] | None,
    typer.Option("--author", metavar="TEXT", help="Only commits of this author (name or e-mail holds it)."),
]
Level = Annotated[
    str | None,
    typer.Option("--level", metavar="LEVEL", help="Of logs, only what is at least as grave: warning, error, critical."),
]
Contributions = Annotated[
    bool, typer.Option("--contributions", help="Also what each author did in all, as the mailmap names them.")
]
Lockfiles = Annotated[
    bool, typer.Option("--lockfiles", help="Also what lock files (uv.lock and others) pinned, commit by commit.")
]
