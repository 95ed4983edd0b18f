"""Do secrets stay out of what is recorded of services?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_audit.adapters.sources.service.masking import (
    is_plain_secret,
    masked_command,
    masked_environment,
    masked_facts,
    masked_text,
)

_SECRET = "s3cr3tValue77"


@pytest.mark.parametrize(
    "words",
    [
        ["serve", "--password", _SECRET],
        ["serve", f"--password={_SECRET}"],
        ["serve", "--api-key", _SECRET, "--port", "80"],
        ["env", f"DB_PASSWORD={_SECRET}", "serve"],
        ["psql", f"postgresql://me:{_SECRET}@db:5432/x"],
        ["mysql", "-u", "me", f"-p{_SECRET}"],
        ["redis-cli", "-a", _SECRET, "PING"],
        ["curl", "-u", f"me:{_SECRET}", "http://x"],
        ["curl", "-H", f"Authorization: Bearer {_SECRET}", "http://x"],
        ["sh", "-c", f"TOKEN={_SECRET} serve --secret {_SECRET}"],
        ["sh", "-c", f'export API_KEY="{_SECRET}"; serve'],
        ["sudo", "-n", "mysqldump", f"-p{_SECRET}", "shop"],
        ["docker", "exec", "db", "mariadb", f"-p{_SECRET}"],
        ["sshpass", "-p", _SECRET, "ssh", "host"],
        ["sshpass", f"-p{_SECRET}", "ssh", "host"],
        ["/usr/bin/curl", "-sSu", f"me:{_SECRET}", "http://x"],
        ["curl", f"--user=me:{_SECRET}", "http://x"],
        ["env", f"FOO={_SECRET}", "serve"],
        ["docker", "run", "-e", f"FOO={_SECRET}", "image"],
        ["docker", "run", f"--env=FOO={_SECRET}", "image"],
        ["sudo", "bash", "-c", f"cd /x && FOO='{_SECRET}' redis-cli -a {_SECRET} PING"],
        ["CMD-SHELL", f'mysqladmin ping -u root -p"{_SECRET}" || exit 1'],
        ["sudo", "-u", "me", f"FOO={_SECRET}", "serve"],
        ["sh", "-c", f"if true; then FOO={_SECRET} serve; fi; x=`BAR={_SECRET} serve`"],
        ["bash", "-c", f"sh -c 'mysql -p{_SECRET}'"],
        ["java", f"-Dspring.datasource.password={_SECRET}"],
    ],
)
def test_a_secret_on_a_command_line_is_hidden(words: list[str]) -> None:
    """Every user of a machine can read command lines; a record is read by many more."""
    shown = masked_command(words)
    assert _SECRET not in " ".join(shown)
    assert shown[0] == words[0]


@pytest.mark.parametrize(
    "words",
    [
        ["serve", "--port", "80"],
        ["sleep", "3600"],
        ["python", "-m", "api", "--workers=4"],
        [],
        ["docker", "run", "-p", "3306:3306", "-e", "NAME", "image"],
        ["env", "A=$B", "sh", "-c", "cd /x && ls -a; du -s ."],
    ],
)
def test_what_is_no_secret_stays_readable(words: list[str]) -> None:
    """A masked command that says nothing helps nobody."""
    assert masked_command(words) == words


@given(st.dictionaries(st.text(min_size=1), st.text(min_size=8)))
def test_no_value_of_an_environment_comes_out(values: dict[str, str]) -> None:
    """Whatever it is called: which names hold secrets nobody knows."""
    shown = masked_environment(values)
    assert isinstance(shown, dict)
    for name, value in values.items():
        assert shown[name] == "…" or value.startswith("$")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("${DB_PASSWORD}", "${DB_PASSWORD}"),
        ("$X", "$X"),
        ("${X:-secret1}", "${X:-…}"),
        ("", ""),
        (None, None),
        (5, "…"),
    ],
)
def test_a_reference_to_a_variable_is_left_to_see(value: object, shown: object) -> None:
    """It tells where the value comes from, and not the value; a default is one."""
    assert masked_environment({"X": value}) == {"X": shown}


@pytest.mark.parametrize(
    ("name", "value", "is_one"),
    [
        ("POSTGRES_PASSWORD", "hunter2", True),
        ("POSTGRES_PASSWORD", "${PW:-hunter2}", True),
        ("POSTGRES_PASSWORD", "${PW}", False),
        ("POSTGRES_PASSWORD", "${PW:-}", False),
        ("POSTGRES_PASSWORD_FILE", "/run/secrets/pw", False),
        ("POSTGRES_PORT", "5432", False),
        ("SECRETS_BROKER_HOST", "127.0.0.1", False),
        ("TOKEN_TTL", "3600", False),
        ("API_KEY", 12345, True),
        ("USE_TOKEN", True, False),
        ("KEYBOARD", "de", False),
    ],
)
def test_a_secret_in_clear_is_told_from_a_reference(name: str, value: object, *, is_one: bool) -> None:
    """Only what gives something away is a finding."""
    assert is_plain_secret(name, value) is is_one


def test_every_corner_of_a_manifest_is_masked() -> None:
    """Environments in any depth, values under secret names, addresses, commands."""
    facts = {
        "env": {"A": _SECRET},
        "deep": [{"environment": [f"B={_SECRET}"]}],
        "api_token": _SECRET,
        "url": f"redis://:{_SECRET}@cache:6379",
        "command": ["serve", "--password", _SECRET],
        "line": f"serve --password {_SECRET}",
        "entrypoint": f"FOO={_SECRET} mysql -p{_SECRET} shop",
        "execution": {"local": {"command": f"sudo redis-cli -a {_SECRET} PING"}},
        "healthcheck": {"test": ["CMD-SHELL", f"curl -fu me:{_SECRET} http://x"]},
        "build": {"args": [f"FOO={_SECRET}"]},
        "image_build": {"args": {"FOO": _SECRET}},
        "configs": [{"content": f"hello {_SECRET}"}],
        "labels": [f"where=https://x/?sig={_SECRET}", f"https://x/?a=1&token={_SECRET}"],
        "image": f"${{Q:?{_SECRET}}}",
        "environment": {"Q": f"${{Q:?{_SECRET}}}"},
        "options": {"password": {"value": _SECRET}},
    }
    assert _SECRET not in str(masked_facts(facts))


def test_what_a_manifest_says_of_safety_stays_readable() -> None:
    """Only before a program is an assignment a variable."""
    facts = {"security_opt": ["seccomp=unconfined"], "tmpfs": ["/run:size=3"], "labels": ["a.enable=true", "FOO=b"]}
    assert masked_facts(facts) == facts


@pytest.mark.parametrize(
    "text", ["x" * 200_000, "password=" * 20_000, "-" * 100_000, "a://" * 30_000, "--pw " * 30_000, '\\"' * 9_000]
)
def test_masking_takes_no_longer_than_its_text(text: str) -> None:
    """A pattern that backtracks would let one log line stop an audit."""
    assert len(masked_text(text)) <= len(text) + 16
    assert len(str(masked_facts({"command": text}))) <= len(text) + 64
