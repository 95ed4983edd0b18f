"""Do `service` and `services` answer what an operator asks, and end as a script needs it?"""

import json
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.cli.conftest import Program
from tests.support.repositories import Repository
from tests.support.servers import free_port

_MANIFEST = """
services:
  cart: {{summary: The cart, health: {{tcp: {{host: 0.0.0.0, port: {open}, timeout: 2}}}}, env: {{TOKEN: hunter2}}}}
  mail: {{summary: The mail, health: {{tcp: {{host: 0.0.0.0, port: {closed}, timeout: 2}}}}}}
profiles:
  data-stack: {{services: [cart]}}
  everything: {{services: [cart, mail]}}
"""


@pytest.fixture
def shop(ami_audit: Program, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The program in a repository with two services, one of which answers."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{ami_audit.home}/no-engine.sock")
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
        repository.write("scripts/services.yaml", _MANIFEST.format(open=port, closed=free_port()))
        yield ami_audit


def test_a_profile_is_audited_by_its_name(shop: Program) -> None:
    """The specification's own example: how is data-stack?"""
    said = shop("service", "data-stack", "--health").stdout
    assert "Audit of data-stack: 2 new records" in said
    assert "1 of 1 well" in said
    assert "tcp ok" in said


def test_each_audit_says_how_it_is_now(shop: Program) -> None:
    """Twice the same answer is twice evidence; nobody wants to read that nothing is new."""
    for _ in range(2):
        run = json.loads(shop("service", "data-stack", "--health", "--format=json").stdout)
        assert [record["target"] for record in run["told"]] == ["cart", "data-stack"]


def test_a_script_learns_from_the_exit_code(shop: Program) -> None:
    """Each time, not only the first."""
    for _ in range(2):
        shop("service", "everything", "--health", "--fail-on=error", code=1)
    shop("service", "data-stack", "--health", "--fail-on=error")


def test_all_services_are_audited_with_the_machine(shop: Program) -> None:
    """What is declared, what else runs, and on what."""
    said = shop("services", "--health").stdout
    assert "Machine" in said
    assert "mail" in said
    run = json.loads(shop("services", "--no-host", "--format=json").stdout)
    assert {record["action"] for record in run["told"]} == {"service.observed", "service.profile"}


def test_secrets_of_manifests_are_in_no_answer(shop: Program) -> None:
    """Not on the screen, not in a file, not in the trail."""
    shop("services", "--health")
    for words in (("query", "--format=json"), ("report", "--format=json"), ("services", "--format=markdown")):
        assert "hunter2" not in shop(*words).stdout


def test_a_wrong_name_or_level_is_one_sentence(shop: Program) -> None:
    """With what there is instead."""
    told = shop("service", "carte", code=2).stderr
    assert "`carte` cannot be audited: no manifest declares a service of that name" in told
    assert "cart, data-stack, everything, mail" in told
    assert "no level" in shop("service", "cart", "--logs", "--level=LOUD", code=2).stderr
    shop("service", code=2)
    assert "no `nowhere`" in shop("service", "cart", "--in=nowhere", code=2).stderr


def test_a_watched_service_is_told_when_it_changes(shop: Program) -> None:
    """Three rounds of the same are one line each, not three."""
    said = shop("watch", "--service=data-stack", "--rounds=3", "--every=1s").stdout
    assert said.count("service.observed") == 1
    assert said.count("service.profile") == 1


def test_services_are_a_source_of_a_repository_audit(shop: Program) -> None:
    """`--sources=git,file,service`, without the machine."""
    run = json.loads(shop("repo", "--sources=git,service", "--format=json").stdout)
    actions = next(source["actions"] for source in run["sources"] if source["name"] == "service")
    assert actions == {"service.manifest": 1, "service.observed": 2, "service.profile": 2}


@pytest.mark.parametrize("library", ["psutil", "docker"])
def test_a_missing_library_says_which_extra_brings_it(shop: Program, library: str) -> None:
    """The audit goes on with what it has."""
    blocked = f"import sys; sys.modules[{library!r}] = None; sys.argv[1:] = ['services', '--format=json']"
    (shop.home / "engine.sock").touch()
    code = f"import os; os.environ['DOCKER_HOST'] = 'unix://{shop.home}/engine.sock'; {blocked}"
    run = json.loads(shop.python(f"{code}; from ami_audit.entrypoints.cli.main import run; run()"))
    found = [finding for record in run["told"] for finding in record["findings"]]
    missing = [finding for finding in found if finding["finding_type"] == "service.library-missing"]
    assert library in missing[0]["description"]
    assert "ami-audit[docker]" in missing[0]["recommendation"]
