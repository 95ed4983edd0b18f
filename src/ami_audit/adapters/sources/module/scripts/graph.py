"""Prints the import graph of packages as JSON, as grimp sees it.

Run as `python -I graph.py ROOT PACKAGE...`: each package is a folder of ROOT. Sources are read, nothing is imported.
"""

import json
import sys
from pathlib import Path
from typing import Any

_MOST_BROKEN = 50


def main() -> None:
    """Print `modules`, `imports` (importer, imported, line, whether lazy), `broken` files and grimp's `version`."""
    import logging
    from importlib.metadata import version

    logging.disable()
    root, *packages = sys.argv[1:]
    broken: dict[str, str] = {}
    graph = _graph(Path(root), packages, broken)
    imports = []
    for importer in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            details = graph.get_import_details(importer=importer, imported=imported)
            line = min((it["line_number"] for it in details), default=0)
            imports.append([importer, imported, line, all(it.get("is_lazy", False) for it in details)])
    told = {"modules": sorted(graph.modules), "imports": imports, "broken": sorted(broken.items())}
    print(json.dumps({**told, "version": version("grimp")}))


def _graph(root: Path, packages: list[str], broken: dict[str, str]) -> Any:
    import grimp
    from grimp.application.config import settings
    from grimp.exceptions import SourceSyntaxError

    settings.configure(PACKAGE_FINDER=_Folders(root), MODULE_FINDER=_Whole(settings.MODULE_FINDER, broken))
    while True:
        try:
            return grimp.build_graph(*packages, exclude_type_checking_imports=True, cache_dir=None)
        except SourceSyntaxError as error:
            # One file that does not parse must not cost the graph of all the others.
            if error.filename in broken or len(broken) >= _MOST_BROKEN:
                raise
            broken[str(error.filename)] = str(error).splitlines()[0][:200]


class _Folders:
    """Finds packages where they lie; grimp's own finder would ask the import system."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def determine_package_directories(self, package_name: str, file_system: object) -> set[str]:
        """Return the one folder of a package."""
        del file_system
        return {str(self._root / package_name)}


class _Whole:
    """Grimp's finder of modules, without the files that do not parse."""

    def __init__(self, finder: Any, broken: dict[str, str]) -> None:
        self._finder = finder
        self._broken = broken

    def find_package(self, package_name: str, package_directory: str, file_system: Any) -> Any:
        """Return the package with the modules that can be read."""
        from dataclasses import replace

        found = self._finder.find_package(package_name, package_directory, file_system)
        bad = {module for module in found.module_files if self._places(module, found) & set(self._broken)}
        return replace(found, module_files=found.module_files - bad)

    @staticmethod
    def _places(module_file: Any, package: Any) -> set[str]:
        place = package.directory + module_file.module.name.removeprefix(package.name).replace(".", "/")
        return {f"{place}.py", f"{place}/__init__.py"}


if __name__ == "__main__":
    main()
