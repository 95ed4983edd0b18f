"""What is told of a module's dependencies."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ami_audit.adapters.sources.module.dependencies.drift import ask, drift, served, unlocked
from ami_audit.adapters.sources.module.dependencies.graph import Reach, needed_by, reached
from ami_audit.adapters.sources.module.dependencies.licences import Installed
from ami_audit.adapters.sources.module.dependencies.model import Lock, Manifest, Package
from ami_audit.adapters.sources.module.dependencies.naming import purl
from ami_audit.adapters.sources.module.dependencies.reading import Declared
from ami_audit.adapters.sources.module.naming import Setting, observation, short
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import Outcome

_KEPT = 500


class Dependencies:
    """The lock files of one module, judged against its manifests."""

    def __init__(self, declared: Declared, installed: Mapping[str, Installed], setting: Setting) -> None:
        self._declared = declared
        self._installed = installed
        self._setting = setting
        self._served = served(declared)
        for lock, manifests in zip(declared.locks, self._served, strict=True):
            ask(lock, manifests)

    def summaries(self) -> Iterator[AuditDraft]:
        """Yield one `module.lock` for each lock file, and one for manifests that have none."""
        for lock, manifests in zip(self._declared.locks, self._served, strict=True):
            yield self._summary(lock, manifests)

    def doubts(self) -> list[AuditFinding]:
        """Return what is wrong with the documents as such."""
        broken = [it for manifest in self._declared.manifests for it in manifest.findings]
        return [*self._declared.findings, *broken, *unlocked(self._declared, self._setting)]

    def packages(self) -> Iterator[AuditDraft]:
        """Yield one `module.dependency` for each package of each lock file, by name."""
        for lock in self._declared.locks:
            ways, needers = reached(lock), needed_by(lock)
            for package in sorted(lock.others, key=lambda it: (it.name, it.version)):
                yield self._package(lock, package, way=ways.get(package.key), needers=needers.get(package.key, []))

    def _summary(self, lock: Lock, manifests: list[Manifest]) -> AuditDraft:
        ways = reached(lock)
        others = lock.others
        direct = sum(1 for package in others if package.key in lock.direct)
        context: dict[str, Any] = {
            "path": self._setting.place(lock.path),
            "format": lock.form,
            "ecosystem": lock.ecosystem,
            "manifests": [self._setting.place(manifest.path) for manifest in manifests],
            "packages": len(others),
            "direct": direct,
            "transitive": len(others) - direct,
            "sources": dict(sorted(Counter(package.kind for package in others).items())),
            "hashed": sum(1 for package in others if package.hashes),
            "licences": self._licences(lock),
        }
        if lock.knows_edges:
            context["deepest"] = max((way.depth for way in ways.values()), default=0)
            context["unreached"] = sum(1 for package in others if package.key not in ways)
        findings = drift(lock, manifests, self._setting)
        is_partial = any(it.finding_type == "module.broken-document" for it in findings)
        return observation(
            "module.lock",
            self._setting.place(lock.path),
            self._setting,
            context=context,
            findings=findings,
            outcome=Outcome.PARTIAL if is_partial else Outcome.SUCCESS,
        )

    def _licences(self, lock: Lock) -> dict[str, int]:
        counts = Counter(self._licence(lock, package) or "unknown" for package in lock.others)
        return dict(sorted(counts.most_common(_KEPT)))

    def _licence(self, lock: Lock, package: Package) -> str:
        if package.licence or lock.ecosystem != "pypi":
            return short(package.licence)
        known = self._installed.get(package.name)
        return known.licence if known is not None and known.version in {package.version, ""} else ""

    def _package(self, lock: Lock, package: Package, *, way: Reach | None, needers: list[str]) -> AuditDraft:
        context: dict[str, Any] = {
            "name": package.name,
            "version": package.version,
            "ecosystem": lock.ecosystem,
            "purl": purl(lock.ecosystem, package.name, package.version),
            "lock": self._setting.place(lock.path),
            "direct": package.key in lock.direct,
            "groups": sorted({*lock.direct.get(package.key, ()), *package.groups}),
            "source": {"kind": package.kind, **({"place": package.origin} if package.origin else {})},
            "hashes": package.hashes,
            "needs": list(package.needs[:_KEPT]),
            "needed_by": needers[:_KEPT],
        }
        if way is not None:
            context |= {"depth": way.depth, "path": list(way.path)}
        if licence := self._licence(lock, package):
            context["licence"] = licence
        if package.marker:
            context["marker"] = short(package.marker)
        target = f"{self._setting.place(lock.path)}#{package.key}"
        return observation("module.dependency", target, self._setting, context=context)
