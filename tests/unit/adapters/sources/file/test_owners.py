"""Who is a number of an owner?"""

import pwd

import pytest

from ami_audit.adapters.sources.file.owners import UNKNOWN, Groups, Owners
from ami_audit.domain.kinds import ActorType


def _account(name: str, number: int) -> pwd.struct_passwd:
    return pwd.struct_passwd((name, "x", number, number, "", "/", "/bin/sh"))


@pytest.mark.parametrize(
    ("number", "kind"),
    [(0, ActorType.SYSTEM), (999, ActorType.SYSTEM), (1000, ActorType.PERSON), (65_534, ActorType.SYSTEM)],
)
def test_accounts_of_persons_begin_at_one_thousand(
    monkeypatch: pytest.MonkeyPatch, number: int, kind: ActorType
) -> None:
    """The numbers of login.defs tell people from services."""
    monkeypatch.setattr(pwd, "getpwuid", lambda asked: _account("someone", asked))
    assert Owners()[number] == ("someone", kind, {"id": number, "name": "someone"})


def test_the_system_is_asked_once_for_each_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory service takes milliseconds to answer, and a tree has one owner a hundred thousand times."""
    asked: list[int] = []
    monkeypatch.setattr(pwd, "getpwuid", lambda number: asked.append(number) or _account("a", number))
    owners = Owners()
    assert owners[7] is owners[7]
    assert asked == [7]


def test_what_is_not_known_is_not_invented() -> None:
    """An entry that could not be looked at has no owner that anyone saw."""
    assert Owners()[None] == UNKNOWN
    assert Groups()[None] == {}
