"""Reads one manifest, whatever its form."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ami_audit.adapters.sources.service.declared import Fault, Manifest
from ami_audit.adapters.sources.service.manifests.compose_form import is_compose, read_compose
from ami_audit.adapters.sources.service.manifests.procfile_form import read_procfile
from ami_audit.adapters.sources.service.manifests.services_form import read_services
from ami_audit.adapters.sources.service.manifests.setup_form import read_setup
from ami_audit.adapters.sources.service.manifests.unit_form import is_units, read_units
from ami_audit.adapters.sources.service.manifests.variables import dotenv
from ami_audit.adapters.sources.service.manifests.yaml_text import NotYamlError, read_yaml
from ami_audit.adapters.sources.service.place import UnreadableError, read_below

_LARGEST_BYTES = 2 * 1024 * 1024


def read_manifest(root: Path, path: str, *, environment: Mapping[str, str]) -> Manifest:
    """Return what a manifest declares; one that cannot be read or understood has a fault that says so.

    Args:
        root: The audited place.
        path: The manifest, below it.
        environment: The user's, for the variables of Compose files.
    """
    try:
        content = read_below(root, path, most_bytes=_LARGEST_BYTES)
    except UnreadableError as error:
        return Manifest(path=path, faults=(Fault("manifest-unreadable", f"It is not read: {error.reason}", path),))
    digest = hashlib.sha256(content).hexdigest()
    read = _read(root, path, content.decode("utf-8-sig", "replace"), environment=environment)
    odd = () if _is_text(content) else (Fault("manifest-encoding", "It is not UTF-8; what is not was replaced", path),)
    return _with(read, digest, odd)


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def _with(read: Manifest, digest: str, odd: tuple[Fault, ...]) -> Manifest:
    return replace(read, sha256=digest, faults=(*odd, *read.faults))


def _read(root: Path, path: str, text: str, *, environment: Mapping[str, str]) -> Manifest:
    if path.rpartition("/")[2].startswith("Procfile"):
        return read_procfile(text, path)
    try:
        value, faults = read_yaml(text, path)
    except NotYamlError as error:
        where = f"{path}:{error.line}" if error.line else path
        return Manifest(path=path, faults=(Fault(error.kind, f"It is not read: {error.reason}", where),))
    except RecursionError:
        return Manifest(
            path=path, faults=(Fault("manifest-too-deep", "It is not read: it is nested too deeply", path),)
        )
    if not isinstance(value, dict):
        reason = "It is empty" if value is None else "It is not a mapping"
        return Manifest(path=path, faults=(*faults, Fault("manifest-type", reason, path)))
    read = _of_form(root, path, value, environment=environment)
    return replace(read, faults=(*faults, *read.faults))


def _of_form(root: Path, path: str, value: Mapping[str, Any], *, environment: Mapping[str, str]) -> Manifest:
    if "processes" in value:
        return read_setup(value, path)
    if is_compose(value) or path.rpartition("/")[2].startswith(("docker-compose", "compose.")):
        folder = path.rpartition("/")[0] or "."
        return read_compose(value, path, variables={**dotenv(root, folder), **environment})
    if is_units(value):
        return read_units(value, path)
    if "services" in value or "profiles" in value:
        return read_services(value, path)
    reason = "It has none of the known forms: no `services`, no `processes`"
    return Manifest(path=path, faults=(Fault("manifest-form", reason, path),))
