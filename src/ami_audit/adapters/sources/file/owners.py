"""Who a number of an owner or a group is."""

import grp
import pwd
from typing import NamedTuple

from ami_audit.domain.kinds import ActorType
from ami_audit.domain.text import readable_path

# The first number of a person's account (login.defs, UID_MIN), and the last before those that mean "nobody".
_FIRST_PERSON = 1000
_LAST_PERSON = 60_000


class Owner(NamedTuple):
    """One owner: how records name it, and the facts about it."""

    actor: str
    actor_type: ActorType
    facts: dict[str, object]


UNKNOWN = Owner("unknown", ActorType.UNKNOWN, {})


class Owners(dict[int | None, Owner]):
    """Owners by number, each asked of the operating system once."""

    def __missing__(self, number: int | None) -> Owner:
        owner = self[number] = UNKNOWN if number is None else _owner(number)
        return owner


class Groups(dict[int | None, dict[str, object]]):
    """The facts about groups by number, each asked of the operating system once."""

    def __missing__(self, number: int | None) -> dict[str, object]:
        group = self[number] = {} if number is None else _group(number)
        return group


def _owner(number: int) -> Owner:
    try:
        name = readable_path(pwd.getpwuid(number).pw_name)
    except KeyError:
        return Owner(f"uid:{number}", ActorType.UNKNOWN, {"id": number})
    is_person = _FIRST_PERSON <= number <= _LAST_PERSON
    return Owner(name, ActorType.PERSON if is_person else ActorType.SYSTEM, {"id": number, "name": name})


def _group(number: int) -> dict[str, object]:
    try:
        return {"id": number, "name": readable_path(grp.getgrgid(number).gr_name)}
    except KeyError:
        return {"id": number}
