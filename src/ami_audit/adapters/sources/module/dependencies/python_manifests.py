"""What Python projects ask for: PEP 621, PEP 735, poetry, PDM, uv and setup.cfg."""

import configparser
from collections.abc import Iterable, Iterator
from typing import Any

from ami_audit.adapters.sources.module.dependencies.model import MAIN, Asked, Manifest
from ami_audit.adapters.sources.module.dependencies.naming import python_name, without_secrets
from ami_audit.adapters.sources.module.documents import BrokenError, mapping, mappings, text, texts
from ami_audit.adapters.sources.module.naming import finding, short

Document = dict[str, Any]


def pyproject(path: str, document: Document) -> Manifest:
    """Return what a `pyproject.toml` says."""
    project, tool = mapping(document.get("project")), mapping(document.get("tool"))
    poetry = mapping(tool.get("poetry"))
    manifest = Manifest(path=path, ecosystem="pypi")
    manifest.name = python_name(text(project.get("name")) or text(poetry.get("name")))
    manifest.version = text(project.get("version")) or text(poetry.get("version"))
    manifest.requires = text(project.get("requires-python"))
    manifest.licence = _licence(project, poetry)
    for kind in ("scripts", "gui-scripts"):
        manifest.scripts |= {name: short(text(place)) for name, place in mapping(project.get(kind)).items()}
    manifest.scripts |= {name: short(text(it)) for name, it in mapping(poetry.get("scripts")).items()}
    reader = _Reader(manifest)
    reader.lines(texts(project.get("dependencies")), MAIN)
    for extra, lines in mapping(project.get("optional-dependencies")).items():
        reader.lines(texts(lines), f"extra:{extra}")
    for group, lines in mapping(document.get("dependency-groups")).items():
        reader.lines(texts(lines), f"group:{group}")
    for group, lines in mapping(mapping(tool.get("pdm")).get("dev-dependencies")).items():
        reader.lines(texts(lines), f"group:{group}")
    reader.lines(texts(mapping(tool.get("uv")).get("dev-dependencies")), "group:dev")
    reader.poetry(poetry)
    sources = mapping(mapping(tool.get("uv")).get("sources"))
    inner = {
        python_name(name) for name, it in sources.items() if mapping(it).get("workspace") or mapping(it).get("path")
    }
    manifest.asked = [asked._replace(is_internal=asked.name in inner) for asked in manifest.asked]
    return manifest


def setup_cfg(path: str, content: str) -> Manifest:
    """Return what a `setup.cfg` says.

    Raises:
        BrokenError: It is no configuration file.
    """
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(content)
    except (configparser.Error, ValueError) as error:
        raise BrokenError(f"it is no configuration file: {str(error).splitlines()[0][:200]}") from error
    manifest = Manifest(path=path, ecosystem="pypi")
    manifest.name = python_name(parser.get("metadata", "name", fallback=""))
    manifest.version = short(parser.get("metadata", "version", fallback=""))
    manifest.licence = short(parser.get("metadata", "license", fallback=""))
    manifest.requires = short(parser.get("options", "python_requires", fallback=""))
    reader = _Reader(manifest)
    reader.lines(_lines(parser.get("options", "install_requires", fallback="")), MAIN)
    for section, group in (("options.extras_require", "extra"),):
        for extra, lines in parser.items(section) if parser.has_section(section) else ():
            reader.lines(_lines(lines), f"{group}:{extra}")
    for line in _lines(parser.get("options.entry_points", "console_scripts", fallback="")):
        name, _, place = line.partition("=")
        manifest.scripts[name.strip()] = short(place.strip())
    return manifest


class _Reader:
    """Adds requirements to a manifest, and findings for what is none."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest

    def lines(self, lines: Iterable[str], group: str) -> None:
        from packaging.requirements import InvalidRequirement, Requirement

        for line in lines:
            try:
                wanted = Requirement(line)
            except InvalidRequirement as error:
                self._broken(line, str(error).splitlines()[0])
                continue
            name = python_name(wanted.name)
            # A project's extra may be made of its own other extras.
            asked = Asked(
                name,
                str(wanted.specifier),
                group,
                str(wanted.marker or ""),
                without_secrets(wanted.url or ""),
                name == self._manifest.name,
            )
            self._manifest.asked.append(asked)

    def poetry(self, poetry: Document) -> None:
        self._table(mapping(poetry.get("dependencies")), MAIN)
        self._table(mapping(poetry.get("dev-dependencies")), "group:dev")
        for group, said in mapping(poetry.get("group")).items():
            self._table(mapping(mapping(said).get("dependencies")), f"group:{group}")

    def _table(self, table: Document, group: str) -> None:
        if "python" in table and group == MAIN:
            self._manifest.requires = self._manifest.requires or short(text(table["python"]))
        for name, said in table.items():
            if name != "python":
                self._manifest.asked.extend(_poetry_asked(python_name(name), said, group))

    def _broken(self, line: str, reason: str) -> None:
        said = without_secrets(line) if "://" in line else line
        description = f"`{short(said)}` is no requirement: {reason}."
        self._manifest.findings.append(finding("broken-requirement", description, location=self._manifest.path))


def _poetry_asked(name: str, said: object, group: str) -> Iterator[Asked]:
    for one in mappings(said) if isinstance(said, list) else [said]:
        if isinstance(one, str):
            yield Asked(name, poetry_specifier(one), group)
            continue
        facts = mapping(one)
        url = text(facts.get("git")) or text(facts.get("url"))
        own = "extra:optional" if facts.get("optional") is True and group == MAIN else group
        yield Asked(
            name,
            poetry_specifier(text(facts.get("version"))),
            own,
            text(facts.get("markers")),
            without_secrets(url),
            bool(facts.get("path")),
        )


def poetry_specifier(said: str) -> str:
    """Return poetry's `^1.2` and `~1.2` as Python writes them; what cannot be written so is left open."""
    parts = [part.strip() for part in said.split(",") if part.strip() not in {"", "*"}]
    return ",".join(_translated(part) for part in parts) if "||" not in said else ""


def _translated(part: str) -> str:
    if part[0].isdigit():
        return f"=={part}"
    if part[0] not in "^~" or part.startswith("~="):
        return part.replace(" ", "")
    numbers = [int(number) for number in part[1:].strip().split(".") if number.isdigit()]
    if not numbers:
        return ""
    fixed = (
        min(2, len(numbers)) if part[0] == "~" else next((at for at, it in enumerate(numbers, 1) if it), len(numbers))
    )
    upper = [*numbers[: fixed - 1], numbers[fixed - 1] + 1]
    return f">={part[1:].strip()},<{'.'.join(map(str, upper))}"


def _licence(project: Document, poetry: Document) -> str:
    said = project.get("license")
    return short(text(said) or text(mapping(said).get("text")) or text(poetry.get("license")))


def _lines(block: str) -> list[str]:
    return [
        line.split(" #")[0].strip() for line in block.splitlines() if line.strip() and not line.strip().startswith("#")
    ]
