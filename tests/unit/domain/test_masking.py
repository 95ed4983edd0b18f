"""Is a secret written so that it opens nothing, and is everything else left alone?"""

import pytest

from ami_audit.domain.masking import masked, masked_value

_PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----"
_JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"


@pytest.mark.parametrize(
    ("text", "secret", "kind"),
    [
        ("Authorization: Bearer abcdef0123456789", "abcdef0123456789", "bearer token"),
        ('{"authorization": "Bearer abcdef0123456789"}', "abcdef0123456789", "bearer token"),
        ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz", "credentials"),
        ("authorization=Digest 0123456789abcdef", "0123456789abcdef", "authorization"),
        ("login with password=hunter2 failed", "hunter2", "secret"),
        ("login with password = 'hun ter2' failed", "hun ter2", "secret"),
        ('{"db_password": "hunter2", "user": "ann"}', "hunter2", "secret"),
        (r'{"message": "{\"password\": \"hunter2\"}"}', "hunter2", "secret"),
        ("POSTGRES_PASSWORD=hunter2", "hunter2", "secret"),
        ("passwd: hunter2", "hunter2", "secret"),
        ("GET /login?user=ann&token=abc123&x=1", "abc123", "secret"),
        ("aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI", "secret"),
        ("using key AKIAIOSFODNN7EXAMPLE", "IOSFODNN7EXAMPLE", "AWS access key"),
        ("push with ghp_0123456789abcdefghijklmnop", "0123456789abcdefghijklmnop", "GitHub token"),
        ("hook xoxb-123456789012-abcdefghij", "123456789012-abcdefghij", "Slack token"),
        ("connect postgres://ann:hunter2@db:5432/x", "hunter2", "password in a URL"),
        ("Cookie: sid=31d4d96e407aad42; theme=dark", "31d4d96e407aad42", "cookie"),
        (f"token {_JWT} expired", _JWT, "JSON web token"),
        (f"loaded {_PEM} now", "MIIEowIBAAKCAQEA", "private key"),
        ("clone https://S3CRET@example.org/x", "S3CRET", "user in a URL"),
        ("the password is S3CRET", "S3CRET", "secret"),
        ("?passcode=123456", "123456", "secret"),
        ("entered pin=4711", "4711", "secret"),
        ("otp: 123456", "123456", "secret"),
        ("GET /x?auth=abcdef", "abcdef", "secret"),
        ("a key that was cut: -----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEA", "MIIEowIBAAKCAQEA", "private key"),
    ],
)
def test_a_secret_is_not_in_what_is_kept(text: str, secret: str, kind: str) -> None:
    """A trail is for ever: what is sealed in clear can never be taken back."""
    found = masked(text)
    assert secret not in found.text
    assert kind in found.kinds
    assert f"[masked {kind}" in found.text


@pytest.mark.parametrize(
    "text",
    [
        "Failed password for root from 10.0.0.1 port 22 ssh2",
        "password: None",
        "password=***",
        "token expired after 30 s",
        "the secret of good coffee",
        "https://example.org:8080/path@x",
        "user ann@example.org logged in",
        "basic auth is off",
        "bearer of bad news",
        "tokens: 12",
        "connection refused",
        "the password is wrong",
        "the password was rejected",
        "mapping: 4711",
        "spin=47111",
    ],
)
def test_what_is_no_secret_is_left_alone(text: str) -> None:
    """A sample that says nothing any more helps nobody."""
    assert masked(text) == (text, ())


def test_the_same_token_is_recognised_and_a_password_cannot_be_tried() -> None:
    """Two places with one leaked token are one leak; a fingerprint of a word would tell the word."""
    one, other = masked("using AKIAIOSFODNN7EXAMPLE").text, masked("AKIAIOSFODNN7EXAMPLE again").text
    assert one.partition("[")[2].partition("]")[0] == other.partition("[")[2].partition("]")[0]
    assert "AKIA… #" in one
    assert masked("password=hunter2").text == masked("password=letmein").text


def test_masking_twice_is_masking_once() -> None:
    """A sample passes more than one door."""
    text = "password=hunter2 Authorization: Bearer abcdef0123456789 postgres://a:b@c Cookie: a=b"
    once = masked(text).text
    assert masked(once).text == once


def test_values_under_a_telling_name_are_masked() -> None:
    """Structured lines name their secrets."""
    value = {"user": "ann", "password": "hunter2", "api_key": 12345, "list": [{"token": "abc"}], "password_ok": True}
    assert masked_value(value) == {
        "user": "ann",
        "password": "[masked secret]",
        "api_key": "[masked secret]",
        "list": [{"token": "[masked secret]"}],
        "password_ok": True,
    }


def test_what_is_nested_without_end_ends() -> None:
    """A line may nest deeper than a record may."""
    value: object = "x"
    for _ in range(1000):
        value = [value]
    masked_value(value)
