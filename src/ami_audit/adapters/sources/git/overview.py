"""What the repository is as a whole."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ami_audit.adapters.sources.git.history import History
from ami_audit.adapters.sources.git.location import Location, beginning
from ami_audit.adapters.sources.git.naming import Setting, digest_of, observation, warning
from ami_audit.adapters.sources.git.refs import Ref
from ami_audit.adapters.sources.git.settings import Settings
from ami_audit.adapters.sources.git.submodules import Pointer, short_path
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import Outcome
from ami_audit.domain.text import readable

_KEPT = 500
_KEPT_WORKTREES = 100


def repository_draft(
    location: Location,
    settings: Settings,
    history: History,
    *,
    refs: Sequence[Ref],
    roots: Sequence[str],
    pointers: Sequence[Pointer],
    setting: Setting,
) -> AuditDraft:
    """Return the draft that says what kind of clone this is and what it holds."""
    head = refs[0]
    submodules = [{"path": short_path(pointer.path), "commit": pointer.commit} for pointer in pointers]
    context: dict[str, Any] = {
        "bare": location.work_tree is None,
        "empty": not any(ref.commit for ref in refs),
        "shallow": bool(settings.shallow),
        "partial": settings.partial,
        "object_format": settings.object_format,
        "head": {"ref": head.symbolic or None, "commit": head.commit or None},
        "roots": list(roots[:_KEPT]),
        "refs": dict(sorted(Counter(ref.kind for ref in refs).items())),
        "remotes": {name: list(urls) for name, urls in settings.remotes},
        "worktrees": _worktrees(location),
        "alternates": _alternates(location),
        "submodules": submodules[:_KEPT],
    }
    context |= _cuts(settings, history) | _omitted(roots=roots, submodules=submodules)
    observed = digest_of(context)
    # How many commits were listed depends on what was asked, so it is told but identifies nothing.
    told = {**context, "commits_listed": len(history)}
    draft = observation("git.repository", ".", setting, context=told, observed=observed)
    findings = tuple(_doubts(settings, history))
    return draft._replace(findings=findings, outcome=Outcome.PARTIAL if findings else Outcome.SUCCESS)


def _omitted(**lists: Sequence[object]) -> dict[str, int]:
    return {f"{name}_omitted": len(found) - _KEPT for name, found in lists.items() if len(found) > _KEPT}


def _cuts(settings: Settings, history: History) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if settings.shallow:
        facts["shallow_at"] = list(settings.shallow[:_KEPT])
    if history.damage is not None:
        facts["broken_off_at"] = sorted(history.damage.cut)[:_KEPT]
        facts["lost_commits"] = len(history.damage.lost)
    return facts


def _doubts(settings: Settings, history: History) -> list[AuditFinding]:
    found = []
    if settings.shallow:
        found.append(
            warning(
                "git.history-cut",
                f"The clone is shallow: the history before it is not here. Cuts: {len(settings.shallow)}.",
                location=".",
                recommendation="Fetch the whole history with `git fetch --unshallow`.",
            )
        )
    if history.damage is not None:
        found.append(
            warning(
                "git.history-broken",
                f"Commits of the history that cannot be read: {len(history.damage.lost)}"
                + (f" (git: {history.damage.complaint})" if history.damage.complaint else "")
                + ".",
                location=".",
                recommendation="Run `git fsck`, then fetch again from a complete clone.",
            )
        )
    if not history.is_whole:
        found.append(
            warning(
                "git.history-unlimited",
                "Trees are missing, so git could not tell which commits touch the path; the order or the choice of "
                "commits is wider than asked.",
                location=".",
            )
        )
    return found


def _worktrees(location: Location) -> list[str]:
    found = []
    try:
        entries = sorted((location.common_dir / "worktrees").iterdir())
    except OSError:
        return []
    for entry in entries[:_KEPT_WORKTREES]:
        place = beginning(entry / "gitdir", 1024).rstrip(b"\n")
        found.append(readable(place.removesuffix(b"/.git")))
    return found


def _alternates(location: Location) -> list[str]:
    lines = beginning(location.objects / "info" / "alternates", 16_384).splitlines()
    return [readable(line) for line in lines if line and not line.startswith(b"#")]
