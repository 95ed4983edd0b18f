"""Keeps secrets out of records: environments, command lines, addresses with passwords, log lines."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ami_audit.adapters.sources.service.secret_words import HIDDEN, line_without_secrets, without_secrets

_SENSITIVE = (
    r"pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|credentials?|auth"
    r"|cookie|signature|salt|dsn"
)
_SECRET_NAME = re.compile(
    rf"(?:^|[_.\-])(?:{_SENSITIVE}|pw|pin|key)s?(?:$|[_.\-])|password|passwd|secret|token|apikey|credential",
    re.IGNORECASE,
)
# Endings of names that say something about a secret, or about who keeps it, and not the secret.
_ABOUT_SECRETS = (
    *("_FILE", "_PATH", "_DIR", "_HOST", "_PORT", "_ADDR", "_ADDRESS", "_MOUNT", "_NAME", "_USER", "_USERNAME"),
    *("_TTL", "_EXPIRY", "_ENABLED", "_TYPE", "_ALGORITHM"),
)
_ENVIRONMENTS = frozenset({"env", "environment", "envs", "env_vars", "secrets", "args_env", "build_args", "content"})
# Keys whose text or list is a command line.
_COMMANDS = frozenset({"command", "cmd", "entrypoint", "test", "exec", "run", "script", "execstart", "args"})
_REFERENCE = re.compile(r"\$\{(?P<name>[A-Za-z_]\w*)(?P<how>:?[-+?])?[^}]*\}|\$(?P<bare>[A-Za-z_]\w*)")
# What Compose says when a variable is missing: `${NAME:?message}`.
_MESSAGE = re.compile(r"(?P<before>\$\{\w{1,256}:?\?)[^}]+\}")
_LONGEST = 4_096

_ADDRESS = re.compile(r"(?P<before>[A-Za-z][A-Za-z0-9+.\-]{0,30}://[^\s/@:\"']{0,256}):[^\s@\"']{1,1024}@")
_ASSIGNED = re.compile(
    rf"(?P<before>(?<![A-Za-z0-9])[\w.\-]{{0,64}}(?:{_SENSITIVE})[\w.\-]{{0,64}}[\"']?\s?[=:]\s?)"
    r"(?P<value>\"[^\"]*\"|'[^']*'|(?:Bearer|Basic)\s+\S+|[^\s,;&\"'}]+)",
    re.IGNORECASE,
)
_SPACED = re.compile(
    rf"(?P<before>(?<!\S)--?[\w\-]*(?:{_SENSITIVE})[\w\-]*\s+)(?!-)(?:\"[^\"]*\"|'[^']*'|\S+)", re.IGNORECASE
)
_SIGNED = re.compile(r"(?P<before>[?&](?:[\w\-]{0,64}sig(?:nature)?|code|key)=)[^\s&\"']+", re.IGNORECASE)
_BEARER = re.compile(r"(?P<before>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=\-]{6,}", re.IGNORECASE)
_KNOWN = re.compile(
    r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|sk_live_|AKIA|ASIA|AIza|eyJ[A-Za-z0-9_\-]{8,}\.)[A-Za-z0-9_.\-]{8,}"
)
# What none of the patterns can match without, in small letters: most texts are told apart from secrets by one look.
_SIGNS = (
    "pass",
    "pwd",
    "pw",
    "pin",
    "secret",
    "token",
    "key",
    "credential",
    "auth",
    "cookie",
    "signature",
    "salt",
    "dsn",
    "://",
    "${",
    "bearer",
    "basic",
    *(
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "glpat-",
        "xox",
        "sk-",
        "sk_",
        "akia",
        "asia",
        "aiza",
        "eyj",
    ),
    "-----begin",
)
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_OPTION = re.compile(rf"--?[\w\-]*(?:{_SENSITIVE}|pw|key)s?", re.IGNORECASE)


def is_secret_name(name: str) -> bool:
    """Return whether a value of that name is likely a secret: `POSTGRES_PASSWORD`, `api-key`."""
    return bool(_SECRET_NAME.search(name))


def _is_suspicious(text: str) -> bool:
    small = text.lower()
    return any(sign in small for sign in _SIGNS)


def masked_text(text: str) -> str:
    """Return a text with what looks like a secret in it hidden; at most 4 KiB of it."""
    cut = text if len(text) <= _LONGEST else text[:_LONGEST] + HIDDEN
    if not _is_suspicious(cut):
        return cut
    shown = _MESSAGE.sub(rf"\g<before>{HIDDEN}}}", _PEM.sub(HIDDEN, cut))
    shown = _ADDRESS.sub(rf"\g<before>:{HIDDEN}@", shown)
    shown = _ASSIGNED.sub(_assigned, shown)
    shown = _SPACED.sub(rf"\g<before>{HIDDEN}", shown)
    shown = _SIGNED.sub(rf"\g<before>{HIDDEN}", shown)
    shown = _BEARER.sub(rf"\g<before>{HIDDEN}", shown)
    return _KNOWN.sub(HIDDEN, shown)


def _assigned(found: re.Match[str]) -> str:
    return found["before"] + (found["value"] if found["value"] in {HIDDEN, '""', "''"} else HIDDEN)


def masked_command(words: Sequence[str]) -> list[str]:
    """Return a command line with its secrets hidden: values of secret options, and of variables set before it."""
    return _masked_words(words, is_command=True)


def _masked_words(words: Sequence[str], *, is_command: bool) -> list[str]:
    shown: list[str] = []
    hides_next = False
    for word in without_secrets([word[: _LONGEST + 1] for word in words], is_command=is_command):
        if hides_next and not word.startswith("--"):
            shown.append(HIDDEN)
            hides_next = False
            continue
        hides_next = "=" not in word and bool(_OPTION.fullmatch(word))
        shown.append(_masked_word(word))
    return shown


def _masked_word(word: str) -> str:
    name, sign, value = word.partition("=")
    if sign and value and "\n" not in name and " " not in name and is_secret_name(name.lstrip("-")):
        return f"{name}={HIDDEN}"
    return masked_text(word)


def masked_environment(values: object) -> object:
    """Return an environment with every value hidden; only references to variables are left to see.

    Args:
        values: A mapping, or a list of `NAME=value`, as Compose allows both.
    """
    if isinstance(values, Mapping):
        return {str(name): _masked_value(value) for name, value in values.items()}
    if isinstance(values, list):
        return [_masked_assignment(item) for item in values]
    return _masked_value(values)


def environment_pairs(values: object) -> list[tuple[str, object]]:
    """Return the names and values of an environment of either form."""
    if isinstance(values, Mapping):
        return [(str(name), value) for name, value in values.items()]
    if isinstance(values, list):
        pairs = [str(item).partition("=") for item in values if isinstance(item, str)]
        return [(name, value if sign else None) for name, sign, value in pairs]
    return []


def is_plain_secret(name: str, value: object) -> bool:
    """Return whether a manifest gives a secret away: a literal, or a default that stands in for it."""
    if not isinstance(value, str | int | float) or isinstance(value, bool) or not is_secret_name(name):
        return False
    rest = _REFERENCE.sub(_default_of, str(value))
    return bool(rest.strip()) and not name.upper().endswith(_ABOUT_SECRETS)


def _default_of(found: re.Match[str]) -> str:
    how = found["how"] or ""
    return found[0].partition(how)[2].removesuffix("}") if how and not how.endswith("?") else ""


def _masked_assignment(item: object) -> object:
    if not isinstance(item, str):
        return _masked_value(item)
    name, sign, value = item.partition("=")
    return f"{name}={_masked_value(value)}" if sign else masked_text(item)


def _masked_value(value: object) -> object:
    if value is None or value == "":
        return value
    if isinstance(value, str):
        found = _REFERENCE.fullmatch(value)
        if found:
            return f"${{{found['name']}{found['how']}{HIDDEN}}}" if found["how"] else value
    return HIDDEN


def masked_facts(value: Any, *, name: str = "") -> Any:
    """Return what a manifest says with every secret of it hidden: environments, secret names, addresses.

    Args:
        value: JSON values.
        name: The key under which it stands.
    """
    if name.lower() in _ENVIRONMENTS or (name and is_secret_name(name)):
        return masked_environment(value)
    is_command = name.lower() in _COMMANDS
    if isinstance(value, Mapping):
        return {str(key): _masked_member(name.lower(), str(key), item) for key, item in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            return _masked_words(value, is_command=is_command)
        return [masked_facts(item) for item in value]
    if not isinstance(value, str):
        return value
    return masked_text(line_without_secrets(value[: _LONGEST + 1], is_command=is_command))


def _masked_member(parent: str, name: str, value: Any) -> Any:
    is_environment = name == "args" and (parent == "build" or isinstance(value, Mapping))
    return masked_environment(value) if is_environment else masked_facts(value, name=name)
