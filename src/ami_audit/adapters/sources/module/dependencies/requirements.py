"""requirements.txt: pins, hashes, markers, addresses, and the files it includes."""

import posixpath
from collections.abc import Iterator

from ami_audit.adapters.sources.module.dependencies.model import MAIN, Asked, Lock, Package, key_of
from ami_audit.adapters.sources.module.dependencies.naming import python_name, without_secrets
from ami_audit.adapters.sources.module.documents import BrokenError, Folder
from ami_audit.adapters.sources.module.naming import finding, short
from ami_audit.domain.kinds import AuditSeverity

_MOST_FILES = 50
_MOST_LINES = 100_000


class Requirements:
    """One requirements file with all that it includes."""

    def __init__(self, folder: Folder, path: str) -> None:
        """Args: `path` is relative to the folder."""
        self.lock = Lock(path=path, ecosystem="pypi", form="requirements.txt", knows_edges=False)
        self.unpinned: list[str] = []
        self.included: list[str] = []
        self.asked: list[Asked] = []
        self._folder = folder
        self._constraints: dict[str, str] = {}
        self._read(path, is_constraint=False)
        self._fill()

    def _read(self, path: str, *, is_constraint: bool) -> None:
        if path in self.included:
            return
        if len(self.included) >= _MOST_FILES:
            self._tell(path, "includes-too-many", f"More than {_MOST_FILES} files are included; `{path}` was not read.")
            return
        self.included.append(path)
        try:
            lines = list(_logical(self._folder.text(path)))
        except BrokenError as error:
            self._tell(path, "broken-document", f"`{path}` cannot be read: {error}.")
            return
        for number, line in lines:
            self._line(path, number, line=line, is_constraint=is_constraint)

    def _line(self, path: str, number: int, *, line: str, is_constraint: bool) -> None:
        option, _, rest = line.partition(" ") if " " in line else line.partition("=")
        if option in {"-r", "--requirement", "-c", "--constraint"} or line[:2] in {"-r", "-c"}:
            included = rest.strip() if option.startswith("--") or len(option) == 2 else line[2:].strip()
            constrains = is_constraint or line.startswith(("-c", "--constraint"))
            self._include(path, included, is_constraint=constrains)
        elif option in {"-e", "--editable"}:
            self._address(rest.strip(), kind="editable")
        elif not line.startswith("-"):
            self._requirement(path, number, line=line, is_constraint=is_constraint)

    def _include(self, path: str, included: str, *, is_constraint: bool) -> None:
        if "://" in included:
            self._tell(path, "remote-include", f"`{without_secrets(included)}` is included from the network; not read.")
            return
        self._read(posixpath.normpath(posixpath.join(posixpath.dirname(path), included)), is_constraint=is_constraint)

    def _requirement(self, path: str, number: int, *, line: str, is_constraint: bool) -> None:
        from packaging.requirements import InvalidRequirement, Requirement

        said, *options = line.split(" --")
        hashes = sum(1 for option in options if option.strip().startswith("hash"))
        try:
            wanted = Requirement(said.strip())
        except InvalidRequirement as error:
            if "://" in said or said.strip().startswith((".", "/")):
                self._address(said.strip(), kind="url" if "://" in said else "path", hashes=hashes)
                return
            reason = str(error).splitlines()[0]
            self._tell(
                f"{path}:{number}", "broken-requirement", f"`{short(said.strip())}` is no requirement: {reason}."
            )
            return
        name, pins = python_name(wanted.name), [it.version for it in wanted.specifier if it.operator in {"==", "==="}]
        pinned = pins[0] if len(pins) == 1 and not pins[0].endswith(".*") else ""
        if is_constraint:
            self._constraints[name] = pinned
            return
        marker, url = str(wanted.marker or ""), wanted.url or ""
        self.asked.append(Asked(name, str(wanted.specifier), MAIN, marker, without_secrets(url)))
        if not pinned and not url:
            self.unpinned.append(name)
        kind = "registry" if not url else "git" if url.startswith("git+") else "url"
        self._add(name, pinned, kind=kind, origin=url, hashes=hashes, marker=marker)

    def _address(self, place: str, *, kind: str, hashes: int = 0) -> None:
        name = place.partition("#egg=")[2].partition("&")[0]
        if kind == "editable" and place.startswith("git+"):
            kind = "git"
        self._add(python_name(name) or without_secrets(place), "", kind=kind, origin=place, hashes=hashes, marker="")

    def _add(self, name: str, version: str, *, kind: str, origin: str, hashes: int, marker: str) -> None:
        key = key_of(name, version)
        held = self.lock.packages.get(key)
        if held is not None and held.marker != marker:
            # Told apart by markers: one of them applies at a time.
            return
        self.lock.add(
            Package(
                key=key,
                name=name,
                version=version,
                kind=kind,
                origin=without_secrets(origin),
                hashes=hashes,
                marker=marker,
            )
        )
        self.lock.ask([key], MAIN)

    def _fill(self) -> None:
        """Pin by constraints what the files themselves leave open."""
        for name in list(self.unpinned):
            pinned = self._constraints.get(name)
            package = self.lock.packages.get(name)
            if pinned and package is not None:
                self.unpinned.remove(name)
                del self.lock.packages[name]
                del self.lock.direct[name]
                package.key, package.version = key_of(name, pinned), pinned
                self.lock.add(package)
                self.lock.ask([package.key], MAIN)

    def _tell(self, location: str, kind: str, description: str) -> None:
        severity = AuditSeverity.INFO if kind == "remote-include" else AuditSeverity.WARNING
        self.lock.findings.append(finding(kind, description, location=location, severity=severity))


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Yield each requirement's first line number and text, continued lines joined and comments gone."""
    started, gathered = 0, ""
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], start=1):
        started = started or number
        bare = line.strip()
        comment = 0 if bare.startswith("#") else bare.find(" #")
        if comment >= 0:
            bare = bare[:comment].rstrip()
        if bare.endswith("\\"):
            gathered += bare[:-1].rstrip() + " "
            continue
        gathered += bare
        if gathered.strip():
            yield started, gathered.strip()
        started, gathered = 0, ""
    if gathered.strip():
        yield started, gathered.strip()
