"""Does masking hold for secrets that nobody thought of?"""

import string

from hypothesis import given
from hypothesis import strategies as st

from ami_audit.domain.masking import masked, masked_value

_HARD = st.text(string.ascii_letters + string.digits + "!#$%+-./@^_~", min_size=6, max_size=40).filter(
    lambda secret: not set(secret.lower()) <= set("x*.") and secret[0] not in "[{(<" and secret.lower() != "undefined"
)
# Too short to hold a token by chance.
_PROSE = st.text(string.ascii_letters + " .:,", max_size=19)
_NAMES = st.sampled_from(
    ["password", "PASSWORD", "db_password", "passwd", "pwd", "secret", "client_secret", "api_key", "apikey", "token"]
)


@given(_PROSE, _NAMES, st.sampled_from(["=", ": ", " = ", "=>"]), _HARD, _PROSE)
def test_a_value_under_a_telling_name_never_stays(before: str, name: str, sign: str, secret: str, after: str) -> None:
    """Whatever stands around it."""
    found = masked(f"{before} {name}{sign}{secret} {after}")
    assert secret not in found.text.replace(before, "").replace(after, "") or secret in (before + after)
    assert found.kinds


@given(_NAMES, st.text(min_size=6, max_size=40).filter(lambda text: not set(text) <= set("xX*.•")))
def test_a_field_under_a_telling_name_never_stays(name: str, secret: str) -> None:
    """Structured lines hold any text."""
    found = masked_value({"outer": [{name: secret}]})["outer"][0][name]
    assert found == "[masked secret]" or secret.lower().rstrip(".") == "undefined"


@given(st.text(max_size=300))
def test_masking_any_text_ends_and_is_stable(text: str) -> None:
    """A hostile line costs no more than others, and a second pass finds nothing more."""
    once = masked(text).text
    assert masked(once).text == once


@given(st.text(string.ascii_letters + string.digits, min_size=20, max_size=40), _PROSE)
def test_a_bearer_token_never_stays(token: str, after: str) -> None:
    """Whoever holds it is who it says."""
    assert token not in masked(f"Authorization: Bearer {token} {after}").text
