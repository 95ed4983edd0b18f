"""Procfiles: `name: shell command`, one a line."""

import re
from collections.abc import Iterator

from ami_audit.adapters.sources.service.declared import Declared, Fault, Manifest, Runs
from ami_audit.adapters.sources.service.manifests.values import Taker
from ami_audit.adapters.sources.service.masking import is_plain_secret, masked_command

_LINE = re.compile(r"(?P<name>[A-Za-z0-9_\-]+):\s*(?P<command>.+)")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)


def read_procfile(text: str, path: str) -> Manifest:
    """Return what a Procfile declares; a line that is none of its form is told."""
    take = Taker(path)
    services: dict[str, Declared] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            take.faults.append(Fault("manifest-syntax", "The line is not `name: command`", f"{path}:{number}"))
        elif found["name"] in services:
            reason = f"The process `{found['name']}` stands here again; the first one counts"
            take.faults.append(Fault("manifest-duplicate-key", reason, f"{path}:{number}"))
        else:
            services[found["name"]] = _process(take, found["name"], found["command"], where=f"{path}:{number}")
    return Manifest(path=path, form="procfile", services=tuple(services.values()), faults=tuple(take.faults))


def _process(take: Taker, name: str, line: str, *, where: str) -> Declared:
    words = take.command(line, name)
    program = tuple(words[sum(1 for _ in _assignments(words)) :])
    return Declared(
        name=name,
        manifests=(take.path,),
        runs=Runs.PROCESS,
        command=program,
        facts={"command": masked_command(words)},
        risks=tuple(
            Fault("secret-in-manifest", f"`{word.partition('=')[0]}` stands in the manifest in clear", where)
            for word in _assignments(words)
            if is_plain_secret(word.partition("=")[0], word.partition("=")[2])
        ),
    )


def _assignments(words: tuple[str, ...]) -> Iterator[str]:
    """Yield what is set for the command before it: `PORT=80 serve`; also behind `env` and `exec`."""
    for word in words:
        if not _ASSIGNMENT.fullmatch(word) and word not in {"env", "exec"}:
            return
        yield word
