"""How a submodule becomes a draft, and what is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ami_audit.adapters.sources.git.location import Location
from ami_audit.adapters.sources.git.naming import Setting, digest_of, observation, warning
from ami_audit.adapters.sources.git.settings import without_credentials
from ami_audit.adapters.sources.git.submodules import (
    Checkout,
    Pointer,
    checkout_of,
    named_by_path,
    short_path,
)
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity, Outcome
from ami_audit.domain.text import readable

_LONGEST = 1_000
_KEPT_NAMES = 20


class _Subject(NamedTuple):
    """One submodule: where the tree has it, under which names it is declared, and what is checked out."""

    path: str
    pointer: Pointer | None
    names: Sequence[str]
    settings: Mapping[str, str]
    checkout: Checkout | None


def submodule_drafts(
    location: Location,
    pointers: Sequence[Pointer],
    declared: Mapping[str, Mapping[str, str]] | None,
    *,
    setting: Setting,
) -> Iterator[AuditDraft]:
    """Yield a draft for each submodule that the tree points to, then for each that is only declared.

    Args:
        location: Where submodules may be checked out.
        pointers: What the tree points to; that is the truth.
        declared: What `.gitmodules` says; None when it cannot be read.
        setting: What all drafts of the run share.
    """
    if declared is None:
        yield _unreadable(setting)
        declared = {}
    names = named_by_path(declared)
    for pointer in pointers:
        path = readable(pointer.path)
        found = names.pop(path, [])
        settings = declared[found[-1]] if found else {}
        subject = _Subject(path, pointer, found, settings, checkout_of(location, pointer))
        yield _draft(subject, short_path(pointer.path), setting)
    for path, found in sorted(names.items()):
        subject = _Subject(path, None, found, declared[found[-1]], None)
        yield _draft(subject, short_path(path.encode("utf-8", "surrogateescape")), setting)


def _unreadable(setting: Setting) -> AuditDraft:
    finding = warning(
        "git.gitmodules-unreadable",
        "`.gitmodules` cannot be read as a Git configuration, so no submodule's URL is known.",
        location=".gitmodules",
        recommendation="Mend the file; `git config --file .gitmodules --list` says which line is wrong.",
    )
    context = {"state": "unreadable"}
    draft = observation("git.submodule", ".gitmodules", setting, context=context, observed=digest_of(context))
    return draft._replace(outcome=Outcome.PARTIAL, findings=(finding,))


def _draft(subject: _Subject, target: str, setting: Setting) -> AuditDraft:
    url = subject.settings.get("url", "")
    state = "absent" if subject.pointer is None else "declared" if subject.names else "undeclared"
    context: dict[str, Any] = {
        "state": state,
        "commit": subject.pointer.commit if subject.pointer else None,
        "names": [name[:_LONGEST] for name in subject.names[:_KEPT_NAMES]],
        "url": without_credentials(url)[:_LONGEST] or None,
        "branch": subject.settings.get("branch", "")[:_LONGEST] or None,
    }
    if subject.checkout is not None:
        checkout = subject.checkout
        context["checkout"] = {
            "state": checkout.state,
            "commit": checkout.commit or None,
            "has_commit": checkout.is_here,
        }
    findings = tuple(_doubts(subject, target))
    draft = observation("git.submodule", target, setting, context=context, observed=digest_of(context))
    return draft._replace(outcome=Outcome.PARTIAL if findings else Outcome.SUCCESS, findings=findings)


def _doubts(subject: _Subject, path: str) -> Iterator[AuditFinding]:
    if subject.pointer is None:
        yield warning(
            "git.submodule-absent",
            f"`.gitmodules` declares a submodule at `{path}`, but the commit has none there.",
            location=path,
            recommendation="Take its section out of `.gitmodules`, or add the submodule.",
        )
    elif not subject.names:
        yield warning(
            "git.submodule-undeclared",
            f"The commit has a submodule at `{path}`, but `.gitmodules` does not say where it comes from.",
            location=path,
            recommendation="Declare it in `.gitmodules`, or remove it with `git rm --cached`.",
        )
    if len(subject.names) > 1:
        yield warning(
            "git.submodule-ambiguous",
            f"`.gitmodules` declares the submodule at `{path}` several times: {len(subject.names)}.",
            location=path,
        )
    yield from _dangers(subject, path)
    yield from _strays(subject, path)


def _dangers(subject: _Subject, path: str) -> Iterator[AuditFinding]:
    """Yield what makes `git clone --recurse-submodules` dangerous, or gives a secret away."""
    url, update = subject.settings.get("url", ""), subject.settings.get("update", "")
    is_climbing = any(".." in name.replace("\\", "/").split("/") for name in subject.names)
    dangers = {
        "its name climbs out of its folder": is_climbing,
        "its URL begins with a dash, which old versions of git take for an option": url.startswith("-"),
        "its path begins with a dash, which old versions of git take for an option": path.startswith("-"),
        "its `update` is a command that git would run": update.startswith("!"),
        "its URL names a program that git would run (`ext::`)": url.startswith("ext::"),
    }
    for why, is_true in dangers.items():
        if is_true:
            yield warning(
                "git.submodule-unsafe",
                f"The submodule at `{path}` is not safe to clone: {why}.",
                location=path,
                recommendation="Do not clone with submodules before somebody has explained this.",
                severity=AuditSeverity.ERROR,
            )
    if _holds_secret(url):
        yield warning(
            "git.submodule-credentials",
            f"The URL of the submodule at `{path}` holds a password or token, which everybody who can read the "
            "repository can use.",
            location=path,
            recommendation="Revoke it, then take it out of `.gitmodules`.",
            severity=AuditSeverity.ERROR,
        )


def _holds_secret(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.password) or (parts.scheme in ("http", "https") and bool(parts.username))


def _strays(subject: _Subject, path: str) -> Iterator[AuditFinding]:
    checkout = subject.checkout
    if checkout is None or subject.pointer is None:
        return
    if checkout.state == "elsewhere":
        yield warning(
            "git.submodule-elsewhere",
            f"The submodule at `{path}` is checked out at {checkout.commit}, the commit asks for "
            f"{subject.pointer.commit}.",
            location=path,
            recommendation="Run `git submodule update`, or commit the new position.",
        )
    if checkout.is_here is False:
        yield warning(
            "git.submodule-commit-missing",
            f"The commit {subject.pointer.commit} that `{path}` points to is not in the submodule's own repository.",
            location=path,
            recommendation="Fetch in the submodule; if it stays missing, the commit was never pushed.",
        )
    if checkout.state in ("outside", "unreadable"):
        yield warning(
            "git.submodule-unreadable",
            f"What is checked out at `{path}` could not be looked into: it is {checkout.state}.",
            location=path,
        )
