"""What JavaScript, Rust and Go projects ask for."""

from typing import Any

from ami_audit.adapters.sources.module.dependencies.model import MAIN, Asked, Manifest
from ami_audit.adapters.sources.module.dependencies.naming import without_secrets
from ami_audit.adapters.sources.module.dependencies.other_locks import go_requirements
from ami_audit.adapters.sources.module.documents import mapping, mappings, text
from ami_audit.adapters.sources.module.naming import short

Document = dict[str, Any]


def package_json(path: str, document: Document) -> Manifest:
    """Return what a `package.json` says."""
    manifest = Manifest(path=path, ecosystem="npm", name=text(document.get("name")))
    manifest.version = text(document.get("version"))
    licence = document.get("license")
    manifest.licence = short(text(licence) or text(mapping(licence).get("type")))
    manifest.requires = short(text(mapping(document.get("engines")).get("node")))
    programs = document.get("bin")
    named = {manifest.name: programs} if isinstance(programs, str) else mapping(programs)
    manifest.scripts = {name: short(text(place)) for name, place in named.items()}
    for kind, group in (
        ("dependencies", MAIN),
        ("devDependencies", "dev"),
        ("optionalDependencies", "optional"),
        ("peerDependencies", "peer"),
    ):
        for name, said in mapping(document.get(kind)).items():
            wanted = text(said)
            is_inner = wanted.startswith(("workspace:", "file:", "link:"))
            url = without_secrets(wanted) if "://" in wanted else ""
            manifest.asked.append(Asked(name, "" if url else short(wanted), group, "", url, is_inner))
    return manifest


def cargo_toml(path: str, document: Document) -> Manifest:
    """Return what a `Cargo.toml` says."""
    package = mapping(document.get("package"))
    manifest = Manifest(path=path, ecosystem="cargo", name=text(package.get("name")))
    manifest.version = text(package.get("version"))
    manifest.licence = short(text(package.get("license")))
    manifest.requires = short(text(package.get("rust-version")))
    manifest.scripts = {text(it.get("name")): short(text(it.get("path"))) for it in mappings(document.get("bin"))}
    tables = [document, *map(mapping, mapping(document.get("target")).values())]
    for table in tables:
        for kind, group in (("dependencies", MAIN), ("dev-dependencies", "dev"), ("build-dependencies", "build")):
            for name, said in mapping(table.get(kind)).items():
                manifest.asked.append(_crate(name, said, group))
    return manifest


def go_mod(path: str, content: str) -> Manifest:
    """Return what a `go.mod` says; what only others need is not asked for."""
    manifest = Manifest(path=path, ecosystem="go")
    for line in content.splitlines():
        words = line.split()
        if words[:1] == ["module"] and len(words) > 1:
            manifest.name = short(words[1].strip('"'))
        elif words[:1] == ["go"] and len(words) == 2:
            manifest.requires = short(words[1])
    manifest.asked = [
        Asked(name, version) for name, version, is_indirect in go_requirements(content) if not is_indirect
    ]
    return manifest


def _crate(name: str, said: object, group: str) -> Asked:
    if isinstance(said, str):
        return Asked(name, short(said), group)
    facts = mapping(said)
    real = text(facts.get("package")) or name
    own = "optional" if facts.get("optional") is True else group
    inner = bool(facts.get("path"))
    return Asked(real, short(text(facts.get("version"))), own, "", without_secrets(text(facts.get("git"))), inner)
