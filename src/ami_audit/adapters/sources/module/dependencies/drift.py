"""Where manifests and lock files do not fit, and what a lock file leaves open."""

import posixpath
from collections.abc import Iterator, Sequence

from ami_audit.adapters.sources.module.dependencies.graph import circles
from ami_audit.adapters.sources.module.dependencies.model import MAIN, Asked, Lock, Manifest, Package
from ami_audit.adapters.sources.module.dependencies.reading import Declared
from ami_audit.adapters.sources.module.naming import Setting, finding, listed
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity

_FLAT = ("requirements.txt", "go.sum")


def served(declared: Declared) -> list[list[Manifest]]:
    """Return for each lock file its manifests: those beside it, and those of the members that it names."""
    return [[it for it in declared.manifests if _is_of(it, lock)] for lock in declared.locks]


def _is_of(manifest: Manifest, lock: Lock) -> bool:
    if manifest.ecosystem != lock.ecosystem:
        return False
    place, folder = posixpath.dirname(lock.path), posixpath.dirname(manifest.path)
    is_member = bool(manifest.name) and any(package.is_root for package in lock.named(manifest.name))
    return folder == place or (is_member and (not place or folder.startswith(f"{place}/")))


def ask(lock: Lock, manifests: Sequence[Manifest]) -> None:
    """Note in a lock file that does not say so itself what the project asks for."""
    if lock.direct or not lock.form.startswith(("poetry.lock", "pdm.lock", "pylock.toml")):
        return
    for manifest in manifests:
        for asked in manifest.asked:
            lock.ask([package.key for package in lock.named(asked.name)], asked.group)


def drift(lock: Lock, manifests: Sequence[Manifest], setting: Setting) -> list[AuditFinding]:
    """Return what does not fit, each kind once, the packages named in it."""
    place = setting.place(lock.path)
    found = [*lock.findings]
    for kind, severity, names, sentence, advice in _kinds(lock, manifests):
        if names:
            found.append(
                finding(
                    kind,
                    f"{sentence}: {listed(sorted(set(names)))}.",
                    location=place,
                    severity=severity,
                    recommendation=advice,
                )
            )
    return found


_Kind = tuple[str, AuditSeverity, list[str], str, str | None]


def _kinds(lock: Lock, manifests: Sequence[Manifest]) -> Iterator[_Kind]:
    info, warning = AuditSeverity.INFO, AuditSeverity.WARNING
    if lock.form not in _FLAT:
        asked = [it for manifest in manifests for it in manifest.asked if _must_be_held(it, manifests, lock)]
        held = {package.name for package in lock.packages.values()}
        yield (
            "lock-missing",
            warning,
            [it.name for it in asked if it.name not in held and not it.marker],
            "The manifest asks for packages that the lock file does not hold",
            "Lock again, and commit the lock file.",
        )
        yield (
            "lock-stale",
            warning,
            [f"{it.name}{it.specifier}" for it in asked if _is_outside(it, lock)],
            "The manifest asks for versions other than the locked ones",
            "Lock again, and commit the lock file.",
        )
    yield (
        "lock-incomplete",
        warning,
        [f"{name} (needed by {package.name})" for package in lock.packages.values() for name in package.lost],
        "Packages are needed that the lock file does not hold",
        "Lock again; do not edit the lock file by hand.",
    )
    yield "duplicate-package", warning, lock.duplicates, "The lock file holds packages twice", "Lock again."
    yield from _open_ones(lock)
    edges = {key: package.needs for key, package in lock.packages.items()}
    told = [" ⇄ ".join(lock.packages[key].name for key in circle[:5]) for circle in circles(edges)]
    yield "dependency-cycle", info, told, "Packages need each other in a circle", None


def _open_ones(lock: Lock) -> Iterator[_Kind]:
    warning = AuditSeverity.WARNING
    if lock.ecosystem != "go":
        loose = [it for it in lock.others if not it.version and it.kind == "registry"]
        yield (
            "unpinned",
            warning,
            [it.name for it in loose],
            "Packages are not pinned to one version",
            "Pin each with `==`, or use a lock file.",
        )
    bare = [it for it in lock.others if it.kind == "registry" and it.version and not it.hashes]
    if lock.knows_hashes and bare:
        is_none = len(bare) == len(lock.others)
        yield (
            "unhashed",
            AuditSeverity.INFO if is_none and lock.form == "requirements.txt" else warning,
            [_named(it) for it in bare],
            f"Packages have no digest ({len(bare)} of {len(lock.others)})",
            "Lock with digests, so that nobody can exchange what is installed.",
        )


def _named(package: Package) -> str:
    return package.key


def _must_be_held(asked: Asked, manifests: Sequence[Manifest], lock: Lock) -> bool:
    if lock.groups is not None and asked.group not in lock.groups:
        return False
    own = {manifest.name for manifest in manifests}
    return not asked.is_internal and asked.name not in own and asked.group not in {"peer", "optional"}


def _is_outside(asked: Asked, lock: Lock) -> bool:
    """Whether no locked version will do; other ecosystems' ranges are theirs to read."""
    if lock.ecosystem != "pypi" or not asked.specifier:
        return False
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion

    versions = [package.version for package in lock.named(asked.name) if package.version]
    try:
        wanted = SpecifierSet(asked.specifier)
        return bool(versions) and not any(wanted.contains(version, prereleases=True) for version in versions)
    except (InvalidSpecifier, InvalidVersion):
        return False


def unlocked(declared: Declared, setting: Setting) -> Iterator[AuditFinding]:
    """Yield a finding for each manifest whose needs no lock file holds."""
    locked = {manifest.path for manifests in served(declared) for manifest in manifests}
    for manifest in declared.manifests:
        needs = [asked for asked in manifest.asked if asked.group == MAIN and not asked.is_internal]
        if needs and manifest.path not in locked:
            packages = "1 package" if len(needs) == 1 else f"{len(needs)} packages"
            yield finding(
                "no-lock",
                f"`{manifest.path}` asks for {packages}, and no lock file says which versions are used.",
                location=setting.place(manifest.path),
                severity=AuditSeverity.INFO,
                recommendation="Lock them with the project's tool, and commit the lock file.",
            )
