"""Procfiles: `name: shell command`, one a line."""

import re
from collections.abc import Iterator

from ami_audit.adapters.sources.service.declared import Declared, Fault, Manifest, Runs
from ami_audit.adapters.sources.service.manifests.values import Taker
from ami_audit.adapters.sources.service.masking import is_plain_secret, masked_command

_LINE = re.compile(r"(?P<name>[A-Za-z0-9_\-]+):\s*(?P<command>.+)")
_COMPOSE = (["docker", "compose"], ["podman", "compose"])
_OPERATORS = frozenset({"&&", "||", "|", ";", "&"})
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
    set_first = tuple(_assignments(words))
    cwd, rest = _placed(words)
    set_there = tuple(_assignments(rest))
    program = rest[len(set_there) :]
    compose = compose_file_of(program)
    is_one_program = not _OPERATORS.intersection(program)
    return Declared(
        name=name,
        manifests=(take.path,),
        runs=Runs.CONTAINER if compose else Runs.PROCESS,
        compose_file=compose,
        command=program if is_one_program and not compose else (),
        cwd=cwd,
        facts={"command": masked_command(words)},
        risks=tuple(
            Fault("secret-in-manifest", f"`{word.partition('=')[0]}` stands in the manifest in clear", where)
            for word in dict.fromkeys((*set_first, *set_there))
            if is_plain_secret(word.partition("=")[0], word.partition("=")[2])
        ),
    )


def _placed(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return where a command runs, and the command: `cd ux/cms && npm start`."""
    if len(words) > 3 and words[0] == "cd" and words[2] == "&&":
        return words[1], words[3:]
    return "", words


def compose_file_of(words: tuple[str, ...]) -> str:
    """Return the Compose file whose services a command starts; empty when it starts none."""
    programs = [word.rpartition("/")[2] for word in words[:2]]
    is_compose = programs[:1] in (["docker-compose"], ["podman-compose"]) or programs in _COMPOSE
    if not is_compose or "up" not in words:
        return ""
    for index, word in enumerate(words[:-1]):
        if word in {"-f", "--file"}:
            return words[index + 1]
        if word.startswith("--file="):
            return word.removeprefix("--file=")
    return "docker-compose.yml"


def _assignments(words: tuple[str, ...]) -> Iterator[str]:
    """Yield what is set for the command before it: `PORT=80 serve`; also behind `env` and `exec`."""
    for word in words:
        if not _ASSIGNMENT.fullmatch(word) and word not in {"env", "exec"}:
            return
        yield word
