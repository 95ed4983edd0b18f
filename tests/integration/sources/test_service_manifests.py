"""Is every form of manifest read as those who write them mean it, and what is odd in one told?"""

import json
import os
from pathlib import Path

import pytest
from tests.support.services import COMPOSE, drafts_of, kinds, manifests_of, services_of, the_service, write

pytestmark = pytest.mark.usefixtures("no_engine")

_SETUP = "nodes/config/setup-service.yaml"
_SERVICES = "scripts/config/services.yaml"
_UNITS = "res/ansible/services.yml"
_PROFILE = """
version: 1
compose: {files: [{path: docker-compose.services.yml, description: databases}]}
owner: the platform team
services:
  postgres:
    summary: The database
    compose: {file: docker-compose.services.yml, service: pg}
    env: {POSTGRES_PASSWORD: hunter2-in-clear}
    health: {tcp: {host: 0.0.0.0, port: 5432, timeout: 3}}
    restart: always
  redis: {compose: {file: docker-compose.services.yml, service: redis}, depends_on: [postgres]}
profiles:
  data-stack: {description: All data, services: [postgres, redis], autostart: true}
"""
_DATABASES = """
services:
  pg: {image: "postgres:16", container_name: ami-pg, ports: ["${PG_PORT:-15432}:5432"]}
  redis: {image: redis, ports: ["127.0.0.1:16379:6379/tcp", "16380-16381:80-81"]}
"""


def _ports(draft_context: dict[str, object]) -> list[int]:
    ports = draft_context.get("ports", [])
    assert isinstance(ports, list)
    return [port["port"] for port in ports]


def test_services_take_in_what_their_compose_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One record for what two files say of one service; ports after their variables are filled in."""
    write(tmp_path, _SERVICES, _PROFILE)
    write(tmp_path, "docker-compose.services.yml", _DATABASES)
    assert list(services_of(tmp_path)) == ["postgres", "redis"]
    declared = the_service(tmp_path, "postgres").context["declared"]
    assert declared["manifests"] == [_SERVICES, "docker-compose.services.yml"]
    assert declared["says"]["in docker-compose.services.yml"]["ports"] == ["${PG_PORT:-15432}:5432"]
    assert _ports(the_service(tmp_path, "postgres").context) == [5432, 15432]
    assert _ports(the_service(tmp_path, "redis").context) == [16379, 16380, 16381]
    monkeypatch.setenv("PG_PORT", "25432")
    assert _ports(the_service(tmp_path, "postgres").context) == [5432, 25432]


def test_a_profile_is_asked_for_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`data-stack`, as the specification's example has it: a record for each member, and one for the whole."""
    write(tmp_path, _SERVICES, _PROFILE)
    monkeypatch.chdir(tmp_path)
    told = [(draft.action, draft.target) for draft in drafts_of("data-stack")]
    assert told == [
        ("service.observed", "postgres"),
        ("service.observed", "redis"),
        ("service.profile", "data-stack"),
    ]


def test_the_second_hand_form_is_read_in_both_shapes(tmp_path: Path) -> None:
    """`processes` is a list of mappings with names, or a mapping by name."""
    listed = """
processes:
  - {name: api, type: python, command: "-m api.server --port 8000", cwd: services/api, env: {SECRET_KEY: abc123def}}
  - {name: web, type: npm, command: npm start, port: 3000}
  - {name: databases, type: docker-compose, compose_file: docker-compose.services.yml}
profiles: {all: {processes: [api, web, databases]}, some: {services: [web]}}
"""
    write(tmp_path, _SETUP, listed)
    write(tmp_path, "docker-compose.services.yml", _DATABASES)
    found = services_of(tmp_path)
    assert set(found) == {"api", "web", "pg", "redis"}
    assert _ports(found["web"].context) == [3000]
    assert "secret-in-manifest" in kinds(found["api"])
    profiles = {it.target: it.context["members"] for it in drafts_of(tmp_path) if it.action == "service.profile"}
    assert set(profiles["all"]) == {"api", "web", "pg", "redis"}
    assert set(profiles["databases"]) == {"pg", "redis"}
    write(tmp_path, _SETUP, "processes: {api: {type: command, command: ./run}, web: {}}")
    assert set(services_of(tmp_path)) >= {"api", "web"}


def test_units_and_pods_are_read(tmp_path: Path) -> None:
    """The form of 2026: systemd units around Compose files and programs; a pod is a profile of its containers."""
    text = """
compose_services: {ami-data: {compose_file: docker-compose.services.yml, profiles: [data]}}
local_services: {ami-api: {command: python -m api}}
services: [ami-web, {name: ami-mail, unit: mail.service}]
podman_pods: {edge: {containers: [proxy, {bad: 1}]}, inner: {containers: [{name: cache}]}}
"""
    write(tmp_path, _UNITS, text)
    found = services_of(tmp_path)
    assert set(found) == {"ami-data", "ami-api", "ami-web", "ami-mail", "proxy", "cache"}
    assert found["ami-api"].context["declared"]["as"] == "systemd unit"
    assert "manifest-type" in kinds(manifests_of(tmp_path)[_UNITS])
    assert {it.target for it in drafts_of(tmp_path) if it.action == "service.profile"} == {"edge", "inner"}


def test_a_procfile_is_read(tmp_path: Path) -> None:
    """`name: command`; what stands before the command is its environment."""
    write(
        tmp_path, "Procfile", "# how it runs\nweb: API_KEY=abc123 gunicorn app:main -b :8000\nworker: exec ./work\nno\n"
    )
    found = services_of(tmp_path)
    assert set(found) == {"web", "worker"}
    assert found["web"].context["declared"]["command"] == ["gunicorn", "app:main", "-b", ":8000"]
    assert "abc123" not in json.dumps(found["web"].context)
    assert "secret-in-manifest" in kinds(found["web"])
    assert kinds(manifests_of(tmp_path)["Procfile"]) == {"manifest-syntax"}


def test_a_line_that_starts_a_compose_file_stands_for_its_services(tmp_path: Path) -> None:
    """It is a launcher: how it is, its containers tell; where a profile has its name, that says who belongs to it."""
    write(tmp_path, "docker-compose.services.yml", _DATABASES)
    lines = "dev: X=1 docker-compose -f docker-compose.services.yml up -d\nweb: cd ux/cms && PORT=1 npm start\n"
    write(tmp_path, "Procfile", f"{lines}data-stack: docker compose -f docker-compose.services.yml up\nodd: a && b\n")
    found = services_of(tmp_path)
    assert set(found) == {"pg", "redis", "web", "odd"}
    assert found["web"].context["declared"]["command"] == ["npm", "start"]
    assert "no manifest says what to look for" in found["odd"].findings[0].description
    write(tmp_path, _SERVICES, _PROFILE)
    profiles = {it.target: set(it.context["members"]) for it in drafts_of(tmp_path) if it.action == "service.profile"}
    assert profiles == {"data-stack": {"postgres", "redis"}, "dev": {"postgres", "redis"}}


def test_other_manifests_are_read_instead_when_named(tmp_path: Path) -> None:
    """Every path is a setting."""
    write(tmp_path, COMPOSE, _DATABASES)
    write(tmp_path, "ops/stack.yaml", "services: {one: {image: x}}")
    assert set(services_of(tmp_path, manifests=("ops/stack.yaml",))) == {"one"}
    assert kinds(manifests_of(tmp_path, manifests=("ops/none.yaml",))["ops/none.yaml"]) == {"manifest-unreadable"}


def test_keys_nobody_knows_are_kept(tmp_path: Path) -> None:
    """A manifest of next year loses nothing, and does not fail."""
    write(tmp_path, _SERVICES, _PROFILE)
    assert manifests_of(tmp_path)[_SERVICES].context["other_keys"] == {"owner": "the platform team"}
    assert the_service(tmp_path, "postgres").context["declared"]["says"]["summary"] == "The database"


def test_a_variable_that_must_be_set_is_told_when_it_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`${NAME:?message}`: Compose would refuse to start; the `.env` beside the file may set it."""
    write(tmp_path, COMPOSE, "services: {web: {image: x, ports: ['${WEB_PORT:?say where}:80']}}")
    (finding,) = manifests_of(tmp_path)[COMPOSE].findings
    assert finding.finding_type == "service.variable-missing"
    assert "`WEB_PORT`" in finding.description
    # The message may be `as in: hunter2`.
    assert "say where" not in str([*manifests_of(tmp_path).values(), *services_of(tmp_path).values()])
    write(tmp_path, ".env", "WEB_PORT=18080\n")
    assert _ports(the_service(tmp_path, "web").context) == [18080]


def test_what_the_users_environment_holds_is_not_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's file could name any variable of the user's."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-user-99")
    write(tmp_path, COMPOSE, "services: {x: {image: '${AWS_SECRET_ACCESS_KEY}', ports: ['$AWS_SECRET_ACCESS_KEY:1']}}")
    assert "of-the-user-99" not in str(drafts_of(tmp_path, include_health=True))


def test_what_a_declaration_alone_makes_dangerous_is_found(tmp_path: Path) -> None:
    """Before it runs: privileged, the engine's socket, the machine's network, rights, an empty password."""
    text = """
services:
  root:
    image: x
    privileged: true
    network_mode: host
    cap_add: [SYS_ADMIN]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
    environment: [POSTGRES_HOST_AUTH_METHOD=trust, "REDIS_PASSWORD="]
"""
    write(tmp_path, COMPOSE, text)
    found = kinds(the_service(tmp_path, "root"))
    assert {"privileged", "host-network", "capabilities", "docker-socket", "empty-password"} <= found


def test_two_services_on_one_port_are_found(tmp_path: Path) -> None:
    """The second of them cannot start; on other addresses both can."""
    write(tmp_path, COMPOSE, "services: {a: {image: x, ports: ['8080:80']}, b: {image: x, ports: ['8080:81']}}")
    assert all("port-conflict" in kinds(draft) for draft in services_of(tmp_path).values())
    apart = "services: {a: {image: x, ports: ['127.0.0.1:8080:80']}, b: {image: x, ports: ['127.0.0.2:8080:81']}}"
    write(tmp_path, COMPOSE, apart)
    assert not any("port-conflict" in kinds(draft) for draft in services_of(tmp_path).values())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("services: [", "manifest-syntax"),
        ("services: {a: {image: x}, a: {image: y}}", "manifest-duplicate-key"),
        ("services: {a: {image: x, ports: 7, environment: 3}}", "manifest-type"),
        ("services: {a: {image: x, ports: ['99999:80']}}", "manifest-type"),
        ("services: {a: {image: [1]}}", "manifest-type"),
        ("services: {a: 7, b: {image: x}}", "manifest-type"),
        ("- 1\n- 2\n", "manifest-type"),
        ("", "manifest-type"),
        ("services: {a: {image: !secret x}}", "manifest-tag"),
        ("services: {a: {image: x}}\n---\nservices: {}\n", "manifest-documents"),
        (
            "a: &a [x, x]\n"
            + "".join(f"{n}: &{n} [{','.join([f'*{m}'] * 9)}]\n" for m, n in zip("abcdefgh", "bcdefghi", strict=True)),
            "manifest-too-large",
        ),
        (
            "a: &a {x: 1}\n"
            + "".join(
                f"{n}: &{n} {{<<: [{','.join([f'*{m}'] * 9)}]}}\n" for m, n in zip("abcdefgh", "bcdefghi", strict=True)
            ),
            "manifest-too-large",
        ),
        ("services: &a {x: *a}", "manifest-too-deep"),
        ("services: " + "[" * 200 + "]" * 200, "manifest-too-deep"),
        ("services: " + "[" * 50_000, "manifest-syntax"),
        ("services: {a: {image: x, depends_on: [b]}}", "unknown-dependency"),
        ("services: {a: {image: x}}\nvolumes: \x07\n", "manifest-syntax"),
    ],
)
def test_what_is_wrong_with_a_manifest_is_a_finding(tmp_path: Path, text: str, kind: str) -> None:
    """Never a crash, never silence, and never a minute of work for a kilobyte of text."""
    write(tmp_path, COMPOSE, text)
    write(tmp_path, "Procfile", "web: serve\n")
    told = manifests_of(tmp_path)[COMPOSE]
    assert kind in kinds(told)
    assert all(finding.location and COMPOSE in finding.location for finding in told.findings)
    assert "web" in services_of(tmp_path)


def test_odd_files_are_not_opened(tmp_path: Path) -> None:
    """A pipe would be waited for, a link could lead to the user's own files, a giant would fill the memory."""
    os.mkfifo(tmp_path / "docker-compose.pipe.yml")
    (tmp_path / "docker-compose.link.yml").symlink_to("/etc/passwd")
    (tmp_path / "docker-compose.folder.yml").mkdir()
    with (tmp_path / "docker-compose.giant.yml").open("wb") as file:
        file.truncate(1 << 33)
    os.mkfifo(tmp_path / ".env")
    write(tmp_path, COMPOSE, "services: {web: {image: x, ports: ['${P:-1}:1']}}")
    told = manifests_of(tmp_path)
    for name in ("pipe", "link", "folder", "giant"):
        assert kinds(told[f"docker-compose.{name}.yml"]) == {"manifest-unreadable"}
    assert not told[COMPOSE].findings


def test_an_unchanged_manifest_is_one_fact(tmp_path: Path) -> None:
    """Another night, another record of the same file would bury the one that changed."""
    write(tmp_path, COMPOSE, "services: {web: {image: x}}")
    first, second = (manifests_of(tmp_path)[COMPOSE].observed for _ in range(2))
    write(tmp_path, COMPOSE, "services: {web: {image: y}}")
    assert first == second != manifests_of(tmp_path)[COMPOSE].observed


def test_what_is_too_much_for_a_record_is_cut_and_told(tmp_path: Path) -> None:
    """A record that the trail refuses would end the run; the rest of it is still worth reading."""
    labels = ", ".join(f"l{n}: {'x' * 200}" for n in range(4_000))
    write(tmp_path, COMPOSE, f"services: {{web: {{image: first, labels: {{{labels}}}}}}}\nx-more: {{{labels}}}\n")
    for draft in (the_service(tmp_path, "web"), manifests_of(tmp_path)[COMPOSE]):
        assert 50_000 < len(json.dumps(draft.context)) < 900_000
        assert "were left out" in json.dumps(draft.context)
    assert the_service(tmp_path, "web").context["declared"]["says"]["image"] == "first"


def test_very_many_findings_are_counted(tmp_path: Path) -> None:
    """The first hundred, and how many more."""
    write(tmp_path, COMPOSE, "services: {" + ", ".join(f"s{n}: {n}" for n in range(500)) + "}")
    findings = manifests_of(tmp_path)[COMPOSE].findings
    assert len(findings) == 101
    assert "400 more" in findings[-1].description


def test_text_that_no_encoding_can_write_is_escaped(tmp_path: Path) -> None:
    """YAML can spell half a character; a record cannot hold it."""
    write(tmp_path, COMPOSE, 'services: {"a\\uD800b": {image: "x\\uDC00"}}')
    for draft in drafts_of(tmp_path):
        json.dumps([draft.target, draft.context], ensure_ascii=False).encode()


@pytest.mark.parametrize("value", ["!!bool foo", '!!int ""', "!!timestamp foo", "!!float x"])
def test_a_value_that_is_not_what_its_tag_says_is_told(tmp_path: Path, value: str) -> None:
    """The library has an exception of its own for each."""
    write(tmp_path, COMPOSE, f"services: {{web: {{image: x, note: {value}}}}}")
    assert "manifest-type" in kinds(manifests_of(tmp_path)[COMPOSE])
    assert list(services_of(tmp_path)) == ["web"]
