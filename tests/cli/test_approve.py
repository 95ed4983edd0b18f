"""Signatures given later: by whom, how many, and what lacks them."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Program

_POLICY = """
[approvals]
"deploy.*" = {needed = 2}
"deploy.secret" = {needed = 2, of = ["bob@example.org", "carol@example.org"]}
"""


@pytest.fixture(scope="module")
def first_team(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trail whose rules ask for approvals, with keys for alice, who seals, bob and carol."""
    folder = tmp_path_factory.mktemp("team")
    (folder / "place" / ".audit").mkdir(parents=True)
    (folder / "home").mkdir()
    (folder / "place" / ".audit" / "policy.toml").write_text(_POLICY, encoding="utf-8")
    program = Program(folder / "place", folder / "home")
    program("key", "new", "--signer", "alice@example.org", "--default")
    program("init")
    for name in ("bob", "carol"):
        program("key", "new", "--signer", f"{name}@example.org", "--add-to-trail")
    return folder


@pytest.fixture
def team(first_team: Path, tmp_path: Path) -> Program:
    """A copy of it, to work on."""
    for name in ("place", "home"):
        shutil.copytree(first_team / name, tmp_path / name)
    return Program(tmp_path / "place", tmp_path / "home")


def _recorded(team: Program, action: str) -> str:
    """Seal a record of that action, as a deployment script would, and return its id."""
    script = f"""
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.entrypoints.bootstrap.trails import opener
from ami_audit.entrypoints.settings import settings_at
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore

draft = AuditDraft(
    action={action!r}, target="shop", target_type=AuditTargetType.SERVICE, source="deployer/1", actor="ci"
)
with AuditStore(opener(settings_at())) as store:
    print(portal.run(store.append([draft]))[0].record_id)
"""
    return team.python(script).strip()


def _key(team: Program, signer: str) -> str:
    keys = json.loads(team("key", "list", "--format=json").stdout)["keys"]
    return str(next(key["name"] for key in keys if key["signer"] == signer))


def _approve(team: Program, record: str, signer: str, code: int = 0) -> Any:
    words = ("approve", record, "--key", _key(team, signer), "--format=json")
    done = team(*words, code=code)
    return json.loads(done.stdout) if code == 0 else done.stderr


def test_two_persons_approve_a_deployment(team: Program) -> None:
    """The one who sealed it is the first; the same person again is not the second."""
    record = _recorded(team, "deploy.shop")
    assert "deploy.shop, record 3: approved 1 of 2" in team("query", "--action=deploy.shop").stdout
    team("verify")
    assert "0 of 1 record have what their actions ask for" in team("verify", "--require-approvals", code=1).stdout
    assert "has signed this record already" in _approve(team, record, "alice@example.org", code=2)
    answer = _approve(team, record, "bob@example.org")
    assert answer["state"]["approved_by"] == ["alice@example.org", "bob@example.org"]
    assert "counts once" in _approve(team, record, "bob@example.org", code=2)
    verdict = json.loads(team("verify", "--require-approvals", "--format=json").stdout)
    assert verdict["approvals"] == {"asked": 1, "met": 1, "lacking": [], "lowered": []}
    assert "approved 2 of 2, by alice@example.org, bob@example.org" in team("query", "--action=deploy.shop").stdout
    assert "1 of 1 record have" in team("report").stdout


def test_only_those_whom_the_rule_names_count(team: Program) -> None:
    """The most exact rule about an action is the one that holds."""
    record = _recorded(team, "deploy.secret")
    verdict = json.loads(team("verify", "--require-approvals", "--format=json", code=1).stdout)
    (lacking,) = verdict["approvals"]["lacking"]
    assert (lacking["rule"], lacking["needed"], lacking["approved_by"]) == ("deploy.secret", 2, [])
    assert _approve(team, record, "bob@example.org")["state"]["approved_by"] == ["bob@example.org"]
    team("verify", "--require-approvals", code=1)
    assert _approve(team, record, "carol@example.org")["state"]["approved_by"] == [
        "bob@example.org",
        "carol@example.org",
    ]
    team("verify", "--require-approvals")


def test_a_key_that_the_trail_does_not_name_approves_nothing(team: Program) -> None:
    """Anybody can make a key and call it carol's."""
    record = _recorded(team, "deploy.shop")
    team("key", "new", "--signer", "mallory@example.org")
    assert "is not one of this trail's keys" in _approve(team, record, "mallory@example.org", code=2)


def test_rules_are_lowered_only_by_a_record_and_only_for_what_comes_after(team: Program) -> None:
    """What was asked for stays asked for; who changed the rules, and when, stands in the trail."""
    _recorded(team, "deploy.shop")
    lower = team.folder / "lower.toml"
    lower.write_text('[approvals]\n"deploy.*" = {needed = 1}\n', encoding="utf-8")
    assert "Record 4 states the rules" in team("policy", "set", "--approvals", str(lower), "--reason=hurry").stdout
    _recorded(team, "deploy.shop")
    verdict = json.loads(team("verify", "--require-approvals", "--format=json", code=1).stdout)
    assert [each["sequence"] for each in verdict["approvals"]["lacking"]] == [3]
    assert (verdict["approvals"]["asked"], verdict["approvals"]["met"]) == (2, 1)
    assert [(each["sequence"], each["was"]["action"], each["now"]) for each in verdict["approvals"]["lowered"]] == [
        (4, "deploy.*", {"action": "deploy.*", "needed": 1, "of": []}),
        (4, "deploy.secret", None),
        (4, "deploy.secret", {"action": "deploy.*", "needed": 1, "of": []}),
    ]
    assert "Record 4 lowered the rules: deploy.*: 2 → deploy.*: 1" in team("verify").stdout
    changes = json.loads(team("query", "--action=policy.changed", "--format=json").stdout)["records"]
    assert [(change["reason"], change["severity"]) for change in changes] == [("hurry", "warning")]
    assert "are the trail's rules already" in team("policy", "set", "--approvals", str(lower), code=2).stderr
    shown = json.loads(team("policy", "show", "--format=json").stdout)
    assert shown["approvals"] == [{"action": "deploy.*", "needed": 1, "of": []}]
    assert "deploy.*: 1" in team("policy", "show").stdout


def test_a_bad_policy_file_is_refused(team: Program) -> None:
    """A rule that is read wrongly asks for nothing."""
    file = team.folder / "bad.toml"
    file.write_text('[approvals]\n"a" = 3\n', encoding="utf-8")
    told = team("policy", "set", "--approvals", str(file), code=2).stderr
    assert told == f'ami-audit: {file}: `approvals."a"` must be `{{needed = N, of = ["who", …]}}`\n'


def test_a_part_of_a_trail_does_not_tell_of_approvals(team: Program) -> None:
    """They may stand anywhere after the record."""
    assert "needs the whole trail" in team("verify", "--require-approvals", "--sample=1", code=2).stderr
    assert "Nothing to state" in team("policy", "set", code=2).stderr
