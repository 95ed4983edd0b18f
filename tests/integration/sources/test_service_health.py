"""Are services asked as their clients would ask them, each within its time, and is the answer told truthfully?"""

import ssl
import struct
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.support.certificates import Authority
from tests.support.servers import (
    free_port,
    is_open,
    postgres_server,
    redis_server,
    silent_server,
    talking_server,
    until,
    web_server,
)
from tests.support.services import COMPOSE, kinds, services_of, the_service, write

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditSeverity

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("no_engine")]

_MANIFEST = "scripts/services.yaml"
_PASSWORD = "a-password-of-the-test"


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A Postgres that asks for a password; its port."""
    with postgres_server(tmp_path_factory.mktemp("pg"), password=_PASSWORD) as port:
        yield port


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority for certificates."""
    return Authority(tmp_path_factory.mktemp("authority"))


def _asked(folder: Path, health: str, *, name: str = "it", **options: object) -> AuditDraft:
    write(
        folder, _MANIFEST, f"services:\n  {name}:\n    execution: {{local: {{command: serve}}}}\n    health: {health}\n"
    )
    return the_service(folder, name, include_health=True, **options)


def _verdict(draft: AuditDraft) -> tuple[str, str]:
    (answer,) = draft.context["health"]
    return answer["verdict"], answer["detail"]


def test_a_port_that_is_open_is_well_and_one_that_is_not_is_ill(tmp_path: Path) -> None:
    """0.0.0.0 is where a server listens; asked is loopback."""
    with silent_server() as port:
        assert _verdict(_asked(tmp_path, f"{{tcp: {{host: 0.0.0.0, port: {port}}}}}"))[0] == "ok"
    draft = _asked(tmp_path, f"{{tcp: {{host: 0.0.0.0, port: {port}}}}}")
    assert _verdict(draft) == ("failed", "not connected: nothing listens there")
    assert "health-failed" in kinds(draft)


def test_a_host_that_can_have_no_address_is_ill(tmp_path: Path) -> None:
    """A label of a name has 63 letters at most, and what has more is no error of the system."""
    verdict, detail = _verdict(_asked(tmp_path, f"{{tcp: {{host: {'a' * 64}.example, port: 80}}}}", remote=True))
    assert verdict == "failed"
    assert "not known" in detail


def test_nothing_is_asked_unless_the_user_wants_it(tmp_path: Path) -> None:
    """An audit without --health opens no connection."""
    with silent_server() as port:
        write(tmp_path, _MANIFEST, f"services: {{it: {{health: {{tcp: {{port: {port}}}}}}}}}")
        assert "health" not in the_service(tmp_path, "it").context


def test_services_that_hang_do_not_hang_the_audit(tmp_path: Path) -> None:
    """Sixty of them take as long as one: all are asked at once, each within its own time."""
    with silent_server() as port:
        lines = [f"  s{i}: {{health: {{http: {{port: {port}, timeout: 0.4}}}}}}" for i in range(60)]
        write(tmp_path, _MANIFEST, "services:\n" + "\n".join(lines))
        began = time.monotonic()
        drafts = services_of(tmp_path, include_health=True)
    assert {_verdict(draft)[0] for draft in drafts.values()} == {"timed out"}
    assert all("health-timed-out" in kinds(draft) for draft in drafts.values())
    assert time.monotonic() - began < 60 * 0.4 / 2


@pytest.mark.parametrize(("path", "verdict"), [("/health", "ok"), ("/broken", "failed"), ("/nowhere", "failed")])
def test_http_is_judged_by_its_status(tmp_path: Path, path: str, verdict: str) -> None:
    """A server that answers 500 is there, and not well."""
    with web_server({"/health": (200, b"fine"), "/broken": (500, b"")}) as port:
        draft = _asked(tmp_path, f'{{http: "http://localhost:{port}{path}"}}')
    assert _verdict(draft)[0] == verdict
    assert draft.context["health"][0]["status"] in {200, 404, 500}


def test_what_does_not_speak_http_is_ill(tmp_path: Path) -> None:
    """An open port is not a web server."""
    with talking_server(b"220 mail ready\r\n") as port:
        assert _verdict(_asked(tmp_path, f"{{http: {{port: {port}}}}}")) == (
            "failed",
            "it does not answer as HTTP does",
        )


@pytest.mark.parametrize(
    ("days", "own", "name", "kind", "severity"),
    [
        ((-10, -2), False, "localhost", "certificate-expired", AuditSeverity.CRITICAL),
        ((-1, 10), False, "localhost", "certificate-expiring", AuditSeverity.WARNING),
        ((2, 100), False, "localhost", "certificate-not-yet-valid", AuditSeverity.ERROR),
        ((-1, 300), True, "localhost", "certificate-untrusted", AuditSeverity.WARNING),
        ((-1, 300), False, "elsewhere.example", "certificate-wrong-host", AuditSeverity.ERROR),
    ],
)
def test_what_is_wrong_with_a_certificate_is_found(
    tmp_path: Path,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    *,
    days: tuple[int, int],
    own: bool,
    name: str,
    kind: str,
    severity: AuditSeverity,
) -> None:
    """The server is asked nevertheless, and the certificate is told: an audit says what is there."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with web_server({"/": (200, b"")}, authority.server(name, days=days, own=own)) as port:
        draft = _asked(tmp_path, f'{{https: "https://localhost:{port}/"}}')
    (found,) = [it for it in draft.findings if "certificate" in it.finding_type]
    assert (found.finding_type, found.severity) == (f"service.{kind}", severity)
    told = draft.context["health"][0]["certificate"]
    assert told["names"] == [name]
    assert told["not_after"].endswith("Z")
    assert _verdict(draft)[0] == "ok"


def test_a_sound_certificate_earns_no_finding(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an authority that this machine trusts, for that host, for months."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with web_server({"/": (200, b"")}, authority.server()) as port:
        draft = _asked(tmp_path, f'{{https: "https://localhost:{port}/"}}')
    assert _verdict(draft) == ("ok", "it answers with status 200")
    assert draft.context["health"][0]["certificate"]["issuer"] == "commonName=A Test Authority"
    assert not [kind for kind in kinds(draft) if "certificate" in kind]


def test_plain_http_where_https_is_declared_is_ill(tmp_path: Path) -> None:
    """TLS is what was declared."""
    with web_server({"/": (200, b"")}) as port:
        verdict, detail = _verdict(_asked(tmp_path, f"{{https: {{port: {port}}}}}"))
    assert verdict == "failed"
    assert "TLS" in detail


def test_postgres_is_asked_by_its_protocol_without_logging_in(tmp_path: Path, postgres: int) -> None:
    """A question for a password is an answer; nobody's password is needed for it."""
    (answer,) = _asked(tmp_path, f"{{postgres: {{port: {postgres}}}}}").context["health"]
    assert (answer["verdict"], answer["detail"]) == ("ok", "it answers and asks for a login")
    assert (answer["login"], answer["tls"]) == (True, False)


def test_a_published_port_is_asked_by_the_protocol_of_its_image(tmp_path: Path, postgres: int) -> None:
    """Whatever port of the machine leads to 5432 of a Postgres image."""
    compose = f"services: {{db: {{image: 'pgvector/pgvector:pg16', ports: ['${{DB_PORT:-{postgres}}}:5432']}}}}"
    (answer,) = the_service(write(tmp_path, COMPOSE, compose), "db", include_health=True).context["health"]
    assert (answer["kind"], answer["verdict"], answer["named_by"]) == ("postgres", "ok", "ports")


def test_a_postgres_that_starts_up_is_not_well_yet(tmp_path: Path) -> None:
    """It answers the handshake, and says by SQLSTATE 57P03 that it takes no work."""
    said = b"SFATAL\0C57P03\0Mthe database system is starting up\0\0"
    error = b"E" + struct.pack("!I", len(said) + 4) + said
    with talking_server(b"N", error) as port:
        verdict = _verdict(_asked(tmp_path, f"{{postgres: {{port: {port}}}}}"))
    assert verdict == ("failed", "it is starting up (57P03)")


def test_postgres_is_logged_in_to_with_the_users_own_credentials(
    tmp_path: Path, postgres: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the right password the version is told; with a wrong one it is ill, and the password stays unsaid."""
    monkeypatch.setenv("POSTGRES_USER", "postgres")
    monkeypatch.setenv("POSTGRES_PORT", str(postgres))
    monkeypatch.setenv("POSTGRES_PASSWORD", _PASSWORD)
    health = f"{{postgres: {{port: {postgres}}}}}"
    assert "logged in, Postgres" in _verdict(_asked(tmp_path, health))[1]
    monkeypatch.setenv("POSTGRES_PASSWORD", "wrong-password-1")
    draft = _asked(tmp_path, health)
    assert _verdict(draft)[0] == "failed"
    assert "wrong-password-1" not in str(draft)


def test_what_is_not_postgres_is_not_taken_for_it(tmp_path: Path) -> None:
    """Some other program took the port."""
    with talking_server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        verdict, detail = _verdict(_asked(tmp_path, f"{{postgres: {{port: {port}}}}}"))
    assert (verdict, detail[:46]) == ("failed", "it does not speak Postgres's protocol")


@pytest.mark.parametrize("options", [(), ("--requirepass", "of-redis-itself")])
def test_redis_is_asked_by_its_protocol(tmp_path: Path, options: tuple[str, ...]) -> None:
    """PING where everybody may; where a password is asked for, the question is answer enough."""
    with redis_server(tmp_path / "redis", *options) as port:
        (answer,) = _asked(tmp_path, f"{{redis: {{port: {port}}}}}").context["health"]
    assert answer["verdict"] == "ok"
    assert answer["login"] is bool(options)
    assert ("version" in answer) is not bool(options)


def test_redis_is_logged_in_to_with_the_users_own_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only at the address that the user's environment names: a manifest cannot send it elsewhere."""
    with redis_server(tmp_path / "redis", "--requirepass", "of-redis-itself") as port:
        monkeypatch.setenv("REDIS_PASSWORD", "of-redis-itself")
        health = f"{{redis: {{port: {port}}}}}"
        assert "version" not in _asked(tmp_path, health).context["health"][0]
        monkeypatch.setenv("REDIS_PORT", str(port))
        assert "version" in _asked(tmp_path, health).context["health"][0]
        monkeypatch.setenv("REDIS_PASSWORD", "wrong-1-2-3")
        draft = _asked(tmp_path, health)
    assert _verdict(draft)[0] == "failed"
    assert "wrong-1-2-3" not in str(draft)


def test_a_database_that_lets_everybody_in_is_found(tmp_path: Path) -> None:
    """On all addresses and without a password: the whole network may read and write it."""
    with redis_server(tmp_path / "redis", "--bind", "0.0.0.0", "--protected-mode", "no") as port:  # noqa: S104
        draft = _asked(tmp_path, f"{{redis: {{port: {port}}}}}")
    assert "open-without-password" in kinds(draft)


@pytest.mark.parametrize(
    ("body", "verdict", "detail"),
    [
        (b'[{"instance":"alpha","status":"healthy","version":"v25.4.0"}]', "ok", "healthy, Dgraph v25.4.0"),
        (b'[{"instance":"alpha","status":"unhealthy","version":"v25.4.0"}]', "failed", "an instance is unhealthy"),
        (b"<html>", "failed", "it does not answer as Dgraph does"),
        (b"[]", "failed", "it does not answer as Dgraph does"),
    ],
)
def test_dgraph_is_asked_for_its_health(tmp_path: Path, body: bytes, verdict: str, detail: str) -> None:
    """Its answer is JSON that says of each instance how it is."""
    with web_server({"/health": (200, body)}) as port:
        assert _verdict(_asked(tmp_path, f"{{dgraph: {{port: {port}}}}}")) == (verdict, detail)


def test_a_program_of_the_manifest_runs_only_when_the_user_says_so(tmp_path: Path) -> None:
    """The audited repository is a stranger's: what it names may do anything."""
    mark = tmp_path / "was-run"
    health = f'{{command: ["{sys.executable}", "-c", "open({str(mark)!r}, \'w\')"]}}'
    draft = _asked(tmp_path, health)
    assert _verdict(draft)[0] == "not asked"
    assert "--run-commands" in _verdict(draft)[1]
    assert not mark.exists()
    assert _verdict(_asked(tmp_path, health, run_commands=True))[0] == "ok"
    assert mark.exists()


def test_a_command_is_judged_by_its_exit_code_and_ended_with_all_it_started(tmp_path: Path) -> None:
    """One that hangs is ended in its time, and so is what it has started."""
    draft = _asked(tmp_path, '{command: [sh, -c, "echo no disk; exit 4"]}', run_commands=True)
    assert _verdict(draft) == ("failed", "exit code 4: no disk")
    mark = tmp_path / "pid"
    slow = f'{{command: {{command: [sh, -c, "sleep 300 & echo $! > {mark}; wait"], timeout: 0.5}}}}'
    assert _verdict(_asked(tmp_path, slow, run_commands=True))[0] == "timed out"
    until(partial(_has_ended, mark.read_text().strip()), what="the end of what it had started")


def _has_ended(pid: str) -> bool:
    try:
        return not Path(f"/proc/{pid}/cmdline").read_bytes()  # of a process that nobody waits for, nothing is left
    except OSError:
        return True


def test_other_machines_are_asked_only_when_the_user_says_so(tmp_path: Path) -> None:
    """A manifest could name any address of the user's network."""
    draft = _asked(tmp_path, "{tcp: {host: 192.0.2.7, port: 80, timeout: 0.2}}")
    assert _verdict(draft)[0] == "not asked"
    assert "--remote" in _verdict(draft)[1]


def test_a_port_that_nobody_listens_on_is_free(tmp_path: Path) -> None:
    """What the tests above take for granted."""
    assert not is_open(free_port())
    assert ssl.OPENSSL_VERSION
