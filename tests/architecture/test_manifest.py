"""Does an installation bring what was promised, and no more?"""

import re
from importlib.metadata import entry_points

from tests.support.house import manifest

_EXTRAS = {"postgres", "dgraph", "redis", "docker", "mcp", "tui", "notify", "otel", "keyring", "quality", "dev"}
_EMBEDDED = {"apsw", "defusedxml", "msgspec", "orjson", "packaging", "pydantic", "pygit2", "pyyaml", "rich", "typer"}


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower() for requirement in requirements}


def test_a_plain_install_brings_only_what_the_embedded_default_needs() -> None:
    """One engineer in one repository pays for no server's driver: those are extras."""
    assert _names(manifest()["project"]["dependencies"]) == _EMBEDDED


def test_every_promised_extra_exists() -> None:
    """A message that says `install ami-audit[postgres]` must be true."""
    extras = manifest()["project"]["optional-dependencies"]
    assert set(extras) >= _EXTRAS
    assert all(extras.values())


def test_an_extra_repeats_nothing_that_is_always_there() -> None:
    """A library named twice ends up with two lower bounds."""
    extras = manifest()["project"]["optional-dependencies"]
    assert {name: _names(needs) & _EMBEDDED for name, needs in extras.items() if _names(needs) & _EMBEDDED} == {}


def test_the_command_is_installed() -> None:
    """`ami-audit` on the PATH and the module behind it are the same thing."""
    (command,) = entry_points(group="console_scripts", name="ami-audit")
    assert callable(command.load())
