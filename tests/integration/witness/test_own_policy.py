"""A trail that carries its own policy of witnesses: in force without any option, and not lowered unseen."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Program
from tests.integration.witness.conftest import vkey_of
from tests.support.local_witnesses import LocalWitness
from tests.support.witnesses import log_key

from ami_audit.domain.quorum import profile


class Bound:
    """A trail begun with a policy of four of five witnesses, and one witness more that the policy does not name."""

    def __init__(self, folder: Path, witnesses: list[LocalWitness]) -> None:
        self.folder = folder
        self.witnesses = witnesses
        self.program = Program(folder / "place", folder / "home")

    def policy(self, name: str, witnesses: list[LocalWitness], *, faulty: int) -> Path:
        """Write a policy of some of the witnesses."""
        file = self.folder / name
        file.write_text(profile([(each.key, each.url) for each in witnesses], faulty=faulty), encoding="utf-8")
        return file

    def cosign(self, *words: str, code: int = 0) -> dict[str, Any]:
        """Ask the witnesses."""
        answer: dict[str, Any] = json.loads(
            self.program("checkpoint", "cosign", "--timeout=5", "--format=json", *words, code=code).stdout
        )
        return answer

    def verdict(self, *words: str, code: int = 0) -> dict[str, Any]:
        """Verify, and require that it is witnessed."""
        told = self.program("verify", "--require=witnessed", "--format=json", *words, code=code).stdout
        found: dict[str, Any] = json.loads(told)
        return found


@pytest.fixture
def bound(tmp_path: Path) -> Iterator[Bound]:
    """The trail and its witnesses, which listen."""
    with ExitStack() as stack:
        witnesses = [LocalWitness(tmp_path / f"w{number}", name=f"example.org/w{number}") for number in range(6)]
        for each in witnesses:
            stack.callback(each.stop)
            each.start()
        for name in ("place", "home"):
            (tmp_path / name).mkdir()
        made = Bound(tmp_path, witnesses)
        file = made.policy("own.policy", witnesses[:5], faulty=1)
        made.program("init", environment={"AMI_AUDIT_QUORUM_POLICY": str(file)})
        key = vkey_of(made.program)
        for each in witnesses:
            each.stop()
            each.serve_also(key)
            each.start()
        yield made


def test_a_policy_that_the_trail_was_begun_with_needs_no_option(bound: Bound) -> None:
    """Whoever verifies it learns from its first record whom to ask for."""
    (reason,) = bound.verdict(code=1)["reasons"]
    assert reason.startswith("Of 5 witnesses 0 have cosigned the checkpoint of 1 records, and the policy asks for 4")
    bound.witnesses[4].stop()
    assert bound.cosign()["cosigned"] == 4
    verdict = bound.verdict()
    assert verdict["level"] == "witnessed"
    assert (verdict["witnesses"]["policy"], verdict["witnesses"]["required"]) == ("record 0", 4)
    assert "4 of 5 over the first 1 record" in bound.program("verify").stdout
    assert "quorum 4-of-5" in bound.program("policy", "show").stdout


def test_what_was_sealed_since_is_said_not_to_be_covered(bound: Bound) -> None:
    """A level is about the records that the witnesses have seen."""
    bound.cosign()
    bound.program("key", "new", "--signer", "bob@example.org", "--add-to-trail")
    reasons = bound.verdict()["reasons"]
    assert "The witnesses have seen the first 1 records; 1 were sealed since." in reasons


def test_the_owner_alone_cannot_lower_the_policy(bound: Bound) -> None:
    """One witness of one's own instead of four of five: in force only when the four have seen it."""
    bound.cosign()
    lax = bound.policy("lax.policy", bound.witnesses[5:], faulty=0)
    told = bound.program("policy", "set", "--quorum", str(lax), "--reason=easier")
    assert "The new witnesses count once the old ones have cosigned" in told.stderr
    for each in bound.witnesses[1:5]:
        each.stop()
    answer = bound.cosign(code=1)
    assert (answer["cosigned"], answer["required"]) == (1, 4)
    verdict = bound.verdict()
    assert (verdict["witnesses"]["policy"], verdict["witnesses"]["size"]) == ("record 0", 1)
    assert verdict["reasons"][0].startswith("The policy of record 1 is not in force")
    for each in bound.witnesses[1:5]:
        each.start()
    bound.cosign()
    verdict = bound.verdict()
    assert (verdict["witnesses"]["policy"], verdict["witnesses"]["witnesses"]) == ("record 1", 1)
    assert verdict["witnesses"]["size"] == 2


def test_a_policy_that_is_given_counts_before_the_trails_own(bound: Bound) -> None:
    """Whoever verifies decides whom to trust."""
    bound.cosign()
    other = bound.policy("other.policy", bound.witnesses[5:], faulty=0)
    assert bound.verdict("--policy", str(other), code=1)["witnesses"]["cosigned"] == 0
    assert bound.cosign("--policy", str(other))["is_reached"] is True
    verdict = bound.verdict("--policy", str(other))
    assert (verdict["witnesses"]["policy"], verdict["witnesses"]["cosigned"]) == ("given", 1)


def test_a_part_of_the_trail_is_judged_by_a_policy_that_is_given(bound: Bound) -> None:
    """The trail's own policy is read only where everything is."""
    bound.cosign()
    own = bound.folder / "own.policy"
    assert bound.verdict("--sample=1", "--policy", str(own))["level"] == "witnessed"
    verdict = bound.verdict("--sample=1", code=1)
    assert "is said when everything is checked" in " ".join(verdict["reasons"])


def test_a_key_that_the_policy_names_is_trusted(bound: Bound) -> None:
    """A policy's `log` line pins the trail's key, on a machine that knows nothing else."""
    bound.cosign()
    stranger = {"HOME": str(bound.folder / "elsewhere")}
    own = bound.folder / "own.policy"
    told = json.loads(bound.program("verify", "--policy", str(own), "--format=json", environment=stranger).stdout)
    assert told["level"] == "signatures"
    own.write_text(f"log {vkey_of(bound.program)}\n{own.read_text()}", encoding="utf-8")
    told = json.loads(bound.program("verify", "--policy", str(own), "--format=json", environment=stranger).stdout)
    assert told["level"] == "witnessed"
    own.write_text(
        own.read_text().replace(f"log {vkey_of(bound.program)}", f"log {log_key('example.org/other')}"),
        encoding="utf-8",
    )
    told = bound.program("verify", "--policy", str(own), "--require=witnessed", code=1).stdout
    assert "None of the logs that the policy names" in told
