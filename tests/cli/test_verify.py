"""Does `verify` say what is wrong, and end with the right code?"""

import json

import apsw
from tests.cli.conftest import Program
from tests.support.repositories import Repository


def damaged(repository: Repository, statement: str) -> None:
    """Change the trail behind the guards' back, as a person with a database tool would."""
    with apsw.Connection(str(repository.path / ".audit" / "audit.db")) as database:
        triggers = [row[0] for row in database.execute("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")]
        for (name,) in list(database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")):
            database.execute(f"DROP TRIGGER {name}")
        database.execute(statement)
        for trigger in triggers:
            database.execute(trigger)


def test_a_sound_trail_is_proven_to_its_checkpoint(ami_audit: Program) -> None:
    """The level always stands in the answer: never a bare "passed"."""
    ami_audit("repo")
    assert "Proven to: checkpoint" in ami_audit("verify").stdout
    ami_audit("verify", "--chain", "--signatures", "--require=checkpoint")
    told = ami_audit("verify", "--require=witnessed", code=1).stdout
    assert "No witness" in told


def test_a_changed_record_is_named_and_the_exit_code_is_1(ami_audit: Program, repository: Repository) -> None:
    """One flipped byte: which record, which check."""
    ami_audit("repo")
    damaged(
        repository,
        "UPDATE records SET canonical = CAST(replace(CAST(canonical AS TEXT), 'success', 'failure') AS BLOB)"
        " WHERE sequence = 4",
    )
    done = ami_audit("verify", "--format=json", code=1)
    verdict = json.loads(done.stdout)
    assert {fault["sequence"] for fault in verdict["faults"] if fault["check"] == "hash"} == {4}
    assert verdict["level"] in {"none", "links"}
    assert "record 4" in ami_audit("verify", code=1).stdout


def test_a_trail_whose_end_was_cut_off_is_noticed(ami_audit: Program, repository: Repository) -> None:
    """The chain that remains is whole; only the checkpoint kept elsewhere knows that there was more."""
    ami_audit("repo")
    backup = (repository.path / ".audit" / "audit.db").read_bytes()
    repository.commit({"late.py": "x"}, message="To be forgotten")
    ami_audit("repo")
    (repository.path / ".audit" / "audit.db").write_bytes(backup)
    told = ami_audit("verify", code=1).stdout
    assert "checkpoint" in told
    refused = ami_audit("repo", code=3).stderr
    assert "restored from a backup" in refused
    assert "init --new-origin" in refused


def test_one_record_can_be_checked_alone(ami_audit: Program) -> None:
    """By its id, its hash, or the beginning of either."""
    ami_audit("repo")
    record = json.loads(ami_audit("query", "--action=git.commit", "--limit=1", "--format=json").stdout)["records"][0]
    for name in (record["record_id"], record["record_hash"], record["record_hash"][:10]):
        told = ami_audit("verify", f"--record={name}").stdout
        assert "Proven to: checkpoint  (1 record" in told
        assert f"Only record {record['sequence']} of" in told
    assert "No record" in ami_audit("verify", "--record=ffffffffffff", code=2).stderr


def test_without_a_trail_it_says_how_to_begin_one(ami_audit: Program, repository: Repository) -> None:
    """And makes none: a command that reads must not leave a file behind."""
    told = ami_audit("verify", code=2).stderr
    assert "ami-audit repo" in told
    assert not (repository.path / ".audit").exists()


def test_a_level_that_does_not_exist_is_named(ami_audit: Program) -> None:
    """With the ones that do."""
    ami_audit("init")
    told = ami_audit("verify", "--require=total", code=2).stderr
    assert "`total` is no level" in told
    assert "pinned-keys" in told


def test_a_level_that_nothing_can_reach_is_not_asked_for(ami_audit: Program) -> None:
    """By an option or by a setting: it would fail for ever."""
    ami_audit("init")
    option, setting = (
        ami_audit("verify", "--require=anchored", code=2).stderr,
        ami_audit("verify", environment={"AMI_AUDIT_REQUIRE": "anchored"}, code=2).stderr,
    )
    assert option == setting
    assert option.count("\n") == 1
    assert "`anchored` cannot be required: no trail can reach it yet" in option


def test_without_the_key_the_trail_still_verifies_but_names_no_trusted_key(ami_audit: Program) -> None:
    """An auditor has no private key; with the key's id from its owner the level rises."""
    ami_audit("repo")
    listed = json.loads(ami_audit("key", "list", "--format=json").stdout)["keys"][0]
    elsewhere = {"AMI_AUDIT_KEYS_DIR": str(ami_audit.home / "empty")}
    assert "Proven to: signatures" in ami_audit("verify", environment=elsewhere).stdout
    pinned = ami_audit("verify", f"--pin={listed['key_id']}", environment=elsewhere)
    assert "Proven to: checkpoint" in pinned.stdout
    assert "64 hex digits" in ami_audit("verify", "--pin=xyz", code=2).stderr


def test_parts_of_a_trail_can_be_verified(ami_audit: Program) -> None:
    """Each answer says how much it read, and what it did not."""
    ami_audit("repo")
    fewer = ami_audit("verify", "--from=2", "--to=4").stdout
    assert "Proven to: checkpoint  (3 records in" in fewer
    assert "Only records 2 to 4 of" in fewer
    drawn = json.loads(ami_audit("verify", "--sample=3", "--seed=x", "--format=json").stdout)
    assert (drawn["mode"], drawn["sample"]["seed"], drawn["checked"]["records"]) == ("sample", "x", 3)
    unforeseen = {
        json.loads(ami_audit("verify", "--sample=1", "-f", "json").stdout)["sample"]["seed"] for _ in range(2)
    }
    assert len(unforeseen) == 2
    assert "nothing was remembered" in ami_audit("verify", "--incremental").stdout
    assert "Proven to: checkpoint  (0 of" in ami_audit("verify", "--incremental").stdout


def test_options_that_contradict_each_other_are_refused(ami_audit: Program) -> None:
    """In one sentence, before anything is read."""
    ami_audit("init")
    for words, told in {
        ("--sample=3", "--incremental"): "choose one of them",
        ("--record=abcdef", "--from=3"): "choose one of them",
        ("--to=3", "--sample=3"): "choose one of them",
        ("--seed=x",): "needs --sample",
        ("--seed=", "--sample=3"): "is empty",
        ("--sample=0",): "--sample",
        ("--sample=3", "--bundle=x"): "choose one of them",
        ("--policy=x",): "it cannot be read",
        ("--require-approvals", "--from=3"): "needs the whole trail",
        ("--bundle=x", "--signatures"): "is about a trail",
        ("--from=3", "--to=2"): "ends before it begins",
        ("--from=99",): "its records are 0 to 0",
        ("--from=nobody",): "No record `nobody`",
        ("--format=xml",): "none of json, markdown, sarif, terminal",
    }.items():
        assert told in ami_audit("verify", *words, code=2).stderr.replace("\n", " ")


def test_a_verdict_can_be_written_as_sarif(ami_audit: Program, repository: Repository) -> None:
    """By name, or by the ending of the file; other answers are no verdicts and are refused."""
    ami_audit("repo")
    damaged(repository, "UPDATE records SET nonce = 7 WHERE sequence = 4")
    ami_audit("verify", "--output=faults.sarif", code=1)
    run = json.loads((repository.path / "faults.sarif").read_text())["runs"][0]
    assert "record 4" in {result["message"]["arguments"][0] for result in run["results"]}
    assert run == json.loads(ami_audit("verify", "--format=sarif", code=1).stdout)["runs"][0] | {
        "invocations": run["invocations"],
        "properties": run["properties"],
    }
    assert "none of json, markdown, terminal" in ami_audit("query", "--format=sarif", code=2).stderr
