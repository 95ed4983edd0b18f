"""Where a module lies: a path, a folder of the repository, or a name that `config/modules.yaml` lists."""

import os
from pathlib import Path
from typing import NamedTuple

from ami_audit.adapters.sources.module.documents import BrokenError, Folder, texts
from ami_audit.domain.errors import UnknownNameError
from ami_audit.domain.text import readable_path

LISTS = ("main_modules", "extended_modules")
_LISTED = ("config/modules.yaml", "res/config/modules.yaml")


class Target(NamedTuple):
    """One module.

    Attributes:
        root: Its folder.
        fence: The repository that holds it, or the folder itself; nothing outside is read.
        name: How the trail calls it.
    """

    root: Path
    fence: Path
    name: str


def target_of(target: str) -> Target:
    """Return the module of that path or name.

    Raises:
        UnknownNameError: There is no such folder.
    """
    named = Path(target)
    root = named if named.is_dir() else _by_name(target)
    root = Path(os.path.normpath(root.absolute()))
    here = repository(Path.cwd())
    # A submodule is called by its path in the repository that it was looked at from, else it is a repository itself.
    fence = here if root.is_relative_to(here) else repository(root)
    relative = os.path.relpath(root, fence)
    return Target(root, fence, readable_path(relative))


def repository(folder: Path) -> Path:
    """Return the innermost repository around a folder; itself, when there is none."""
    return next((place for place in (folder, *folder.parents) if (place / ".git").exists()), folder)


def listed_modules(fence: Path) -> tuple[str | None, dict[str, list[str]]]:
    """Return the file that lists a repository's modules, and its lists; None when there is none.

    Raises:
        BrokenError: It cannot be read.
    """
    for name in _LISTED:
        if (fence / name).is_file():
            document = Folder(fence, fence).yaml(name)
            return name, {key: [it.strip("/") for it in texts(document.get(key))] for key in LISTS}
    return None, {}


def _by_name(name: str) -> Path:
    fence = repository(Path.cwd())
    if Path(name).is_file():
        raise UnknownNameError(name, "it is a file; a module is a folder.")
    if name and not name.startswith(("/", "..")) and (fence / name).is_dir():
        return fence / name
    try:
        _, lists = listed_modules(fence)
    except BrokenError:
        lists = {}
    for path in (path for paths in lists.values() for path in paths):
        if Path(path).name == name and ".." not in Path(path).parts and (fence / path).is_dir():
            return fence / path
    known = sorted({path for paths in lists.values() for path in paths})
    hint = f" Modules listed: {', '.join(known[:20])}." if known else ""
    raise UnknownNameError(name, f"there is no such folder here or in `{fence}`.{hint}")
