"""Five witnesses over loopback, and a trail whose owner asks them."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.cli.conftest import Program
from tests.support.local_witnesses import LocalWitness
from tests.support.repositories import Repository

from ami_audit.domain.note import NoteKey
from ami_audit.domain.quorum import profile


class Council:
    """Five witnesses that serve one trail, and the policy that asks four of them."""

    def __init__(self, witnesses: Sequence[LocalWitness], file: Path) -> None:
        self.witnesses = witnesses
        self.file = file
        self.write({})

    def write(self, urls: dict[int, str]) -> None:
        """Write the policy; `urls` are put in the place of some witnesses' own."""
        places = [(each.key, urls.get(number, each.url)) for number, each in enumerate(self.witnesses)]
        self.file.write_text(profile(places), encoding="utf-8")

    def stop(self, *numbers: int) -> None:
        """Take some of them down."""
        for number in numbers:
            self.witnesses[number].stop()


@pytest.fixture(scope="module")
def first_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a repository, its trail, and the home of its owner."""
    folder = tmp_path_factory.mktemp("first")
    Repository(folder / "shop").commit({"main.py": "print('shop')\n"}, message="Begin the shop")
    (folder / "home").mkdir()
    Program(folder / "shop", folder / "home")("repo")
    return folder


@pytest.fixture
def shop(first_shop: Path, tmp_path: Path) -> Program:
    """A copy of it, to work on."""
    for name in ("shop", "home"):
        shutil.copytree(first_shop / name, tmp_path / name)
    return Program(tmp_path / "shop", tmp_path / "home")


@pytest.fixture(scope="module")
def vkey(first_shop: Path) -> NoteKey:
    """The trail's key."""
    return vkey_of(Program(first_shop / "shop", first_shop / "home"))


def vkey_of(program: Program) -> NoteKey:
    """Return the key of a trail, as its latest checkpoint names it."""
    return NoteKey.parse(json.loads(program("checkpoint", "show", "--format=json").stdout)["keys"][0])


@pytest.fixture
def council(vkey: NoteKey, tmp_path: Path) -> Iterator[Council]:
    """Five witnesses of the trail."""
    with ExitStack() as stack:
        witnesses = []
        for number in range(1, 6):
            witness = LocalWitness(tmp_path / f"w{number}", name=f"example.org/w{number}", logs=[vkey])
            stack.callback(witness.stop)
            witness.start()
            witnesses.append(witness)
        yield Council(witnesses, tmp_path / "quorum.policy")


def repository_at(folder: Path) -> Repository:
    """Return the repository that is there, for more commits."""
    made = Repository.__new__(Repository)
    made.path, made._clock = folder, 1_800_000_000
    return made


@pytest.fixture
def grow(shop: Program) -> Callable[[], None]:
    """Adds a commit to the repository and audits it."""
    count = 0

    def grown() -> None:
        nonlocal count
        count += 1
        repository_at(shop.folder).commit({f"more{count}.py": str(count)}, message=f"More {count}")
        shop("repo", "--sources=git")

    return grown
