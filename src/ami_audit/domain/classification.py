"""Which values a trail keeps behind commitments, who they are about, and for how long: `.audit/policy.toml`."""

import fnmatch
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from ami_audit.domain.errors import ConfigurationError, UsageError
from ami_audit.domain.kinds import DataClassification
from ami_audit.domain.places import Pattern, Place

_FIELDS = frozenset({"actor", "reason", "target"})
_TREES = frozenset({"context", "metadata"})
# What the trail says about itself: its keys and its own story must stay readable to every verifier.
_OWN_TARGETS = frozenset({"key", "trail"})
_UNITS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "month": 30, "months": 30, "year": 365, "years": 365}


class ValueRule(NamedTuple):
    """Values at these places are hidden from readers below the class."""

    paths: tuple[Pattern, ...]
    actions: tuple[str, ...]
    classification: DataClassification
    subject: Pattern


class RecordRule(NamedTuple):
    """Records of these actions are of at least that class."""

    actions: tuple[str, ...]
    classification: DataClassification
    subject: Pattern


class KeepRule(NamedTuple):
    """How long records of these actions and classes are kept, at least; None means for ever."""

    actions: tuple[str, ...]
    classes: tuple[DataClassification, ...]
    keep: timedelta | None


class Hiding(NamedTuple):
    """That a value is hidden: its class, and who it is about; an empty subject names nobody but the record itself."""

    classification: DataClassification
    subject: str


class Policy(NamedTuple):
    """A policy, read and checked."""

    where: str = ""
    values: tuple[ValueRule, ...] = ()
    records: tuple[RecordRule, ...] = ()
    subject: Pattern = Pattern("actor", ("actor",))
    keep: timedelta | None = None
    keeps: tuple[KeepRule, ...] = ()

    def hidings(self, content: Mapping[str, Any]) -> tuple[DataClassification, dict[Place, Hiding]]:
        """Return a record's class by this policy, and what of it is hidden; nothing inside what is hidden already.

        Args:
            content: The record's content, every value in clear.
        """
        action, classification = str(content["action"]), DataClassification(content["classification"])
        if content["target_type"] in _OWN_TARGETS:
            return classification, {}
        subject = self.subject
        for rule in self.records:
            if is_any(action, rule.actions):
                subject = rule.subject if rule.classification >= classification else subject
                classification = max(classification, rule.classification)
        found: dict[Place, Hiding] = {}
        if classification is DataClassification.RESTRICTED:
            everything = Hiding(classification, subject_of(content, subject))
            found = {(tree, name): everything for tree in sorted(_TREES) for name in content[tree]}
        for value in self.values:
            if is_any(action, value.actions):
                hiding = Hiding(value.classification, subject_of(content, value.subject))
                for place in (place for pattern in value.paths for place in places_of(content, pattern)):
                    _add(found, place, hiding)
        return classification, found


def _add(found: dict[Place, Hiding], place: Place, hiding: Hiding) -> None:
    """Note one more hidden place, as the outermost one and with the highest class of those that meet there."""
    outer = next((place[:depth] for depth in range(1, len(place) + 1) if place[:depth] in found), None)
    if outer is not None:
        if hiding.classification > found[outer].classification:
            found[outer] = Hiding(hiding.classification, found[outer].subject)
        return
    for inner in [inner for inner in found if inner[: len(place)] == place]:
        highest = max(hiding.classification, found.pop(inner).classification)
        hiding = Hiding(highest, hiding.subject)
    found[place] = hiding


def is_any(action: str, patterns: tuple[str, ...]) -> bool:
    """Return whether an action is one that a pattern such as `payroll.*` names."""
    return any(fnmatch.fnmatchcase(action, pattern) for pattern in patterns)


def subject_of(content: Mapping[str, Any], pattern: Pattern) -> str:
    """Return who the value at a pattern's first place names; empty when it names nobody."""
    for place in places_of(content, pattern):
        value: Any = content
        for part in place:
            value = value[part]
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return ""


def places_of(content: Any, pattern: Pattern) -> Iterator[Place]:
    """Yield the places in `content` that a pattern matches; a value that is null or not there has none."""
    yield from (place for place, value in _walk(content, pattern.parts, ()) if value is not None)


def _walk(value: Any, parts: tuple[str | int | None, ...], place: Place) -> Iterator[tuple[Place, Any]]:
    if not parts:
        yield place, value
        return
    part, rest = parts[0], parts[1:]
    if isinstance(value, Mapping):
        names = value if part is None else (part,) if part in value else ()
        for name in names:
            yield from _walk(value[name], rest, (*place, name))
    elif isinstance(value, list | tuple):
        indices = range(len(value)) if part is None else (part,) if isinstance(part, int) and part < len(value) else ()
        for index in indices:
            yield from _walk(value[index], rest, (*place, index))


def policy_of(text: str, *, where: str) -> Policy:
    """Return the policy that a TOML text holds.

    Args:
        text: The file's content.
        where: The file, for errors.

    Raises:
        ConfigurationError: It is not TOML, says something unknown, or says it wrongly; names the file and the key.
    """
    try:
        said = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # its own, and Python's on too many digits or too deep a nesting
        raise ConfigurationError(where, f"it is not TOML: {error}") from error
    return _Reader(where).policy(said)


class _Reader:
    """Reads a policy's tables strictly; every error names the file and the key."""

    def __init__(self, where: str) -> None:
        self._where = where

    def policy(self, said: Mapping[str, Any]) -> Policy:
        """Return the whole policy."""
        self._only(said, {"approvals", "subject", "values", "records", "retention"}, "")
        subject = self._pattern(said.get("subject", "actor"), "subject")
        retention = said.get("retention", {})
        self._only(retention, {"keep", "rules"}, "retention")
        return Policy(
            where=self._where,
            subject=subject,
            values=tuple(self._value_rule(table, key, subject) for key, table in self._tables(said, "values")),
            records=tuple(self._record_rule(table, key, subject) for key, table in self._tables(said, "records")),
            keep=self._span(retention.get("keep", "for ever"), "retention.keep"),
            keeps=tuple(self._keep_rule(table, key) for key, table in self._tables(retention, "rules", "retention.")),
        )

    def _value_rule(self, table: Mapping[str, Any], key: str, subject: Pattern) -> ValueRule:
        self._only(table, {"paths", "actions", "class", "subject"}, key)
        paths = tuple(self._pattern(text, f"{key}.paths") for text in self._texts(table, "paths", key))
        if not paths:
            self._refuse(f"{key}.paths", 'it names no value; write paths such as `["context.user.email"]`')
        for path in paths:
            depth = 1 if path.parts[0] in _FIELDS else 2
            is_known = path.parts[0] in _FIELDS | _TREES and (len(path.parts) == 1) == (depth == 1)
            if not is_known or len(path.parts) < depth:
                self._refuse(
                    f"{key}.paths",
                    f"`{path.text}` cannot be hidden; name `actor`, `target`, `reason`, or values below `context` "
                    "and `metadata`",
                )
        return ValueRule(
            paths,
            self._actions(table, key),
            self._class(table.get("class", "CONFIDENTIAL"), f"{key}.class"),
            self._pattern(table["subject"], f"{key}.subject") if "subject" in table else subject,
        )

    def _record_rule(self, table: Mapping[str, Any], key: str, subject: Pattern) -> RecordRule:
        self._only(table, {"actions", "class", "subject"}, key)
        if "class" not in table:
            self._refuse(f"{key}.class", "it is missing; choose one of PUBLIC, INTERNAL, CONFIDENTIAL, RESTRICTED")
        return RecordRule(
            self._actions(table, key),
            self._class(table["class"], f"{key}.class"),
            self._pattern(table["subject"], f"{key}.subject") if "subject" in table else subject,
        )

    def _keep_rule(self, table: Mapping[str, Any], key: str) -> KeepRule:
        self._only(table, {"actions", "classes", "keep"}, key)
        if "keep" not in table:
            self._refuse(f"{key}.keep", 'it is missing; write a span such as "365 days", or "for ever"')
        classes = tuple(self._class(name, f"{key}.classes") for name in self._texts(table, "classes", key))
        return KeepRule(self._actions(table, key), classes, self._span(table["keep"], f"{key}.keep"))

    def _tables(self, said: Mapping[str, Any], name: str, before: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
        found = said.get(name, [])
        if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
            self._refuse(before + name, f"it must be tables; begin each with `[[{before}{name}]]`")
        yield from ((f"{before}{name}[{index}]", table) for index, table in enumerate(found))

    def _texts(self, table: Mapping[str, Any], name: str, key: str) -> list[str]:
        found = table.get(name, [])
        if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
            self._refuse(f"{key}.{name}", "it must be a list of texts")
        return list(found)

    def _actions(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        if "actions" not in table:
            return ("*",)
        actions = tuple(self._texts(table, "actions", key))
        if not actions or not all(actions):
            self._refuse(f"{key}.actions", 'it names no action; leave it out, or write `["customer.*"]`')
        return actions

    def _pattern(self, text: object, key: str) -> Pattern:
        if not isinstance(text, str):
            self._refuse(key, "it must be a path such as `context.user.id`")
        try:
            return Pattern.parse(str(text))
        except UsageError as error:
            raise ConfigurationError(self._where, f"`{key}`: {error}") from error

    def _class(self, name: object, key: str) -> DataClassification:
        try:
            return DataClassification(str(name).lower())
        except ValueError as error:
            known = ", ".join(one.name for one in DataClassification)
            raise ConfigurationError(self._where, f"`{key}`: `{name}` is no class; choose one of {known}") from error

    def _span(self, text: object, key: str) -> timedelta | None:
        if text == "for ever":
            return None
        count, _, unit = str(text).partition(" ")
        if unit not in _UNITS or not count.isdecimal() or not 0 < int(count) < 100_000:
            self._refuse(key, f'`{text}` is no span; write it as "365 days", "12 months", "7 years" or "for ever"')
        return timedelta(days=int(count) * _UNITS[unit])

    def _only(self, table: object, known: set[str], key: str) -> None:
        if not isinstance(table, Mapping):
            self._refuse(key, "it must be a table")
        else:
            for name in table:
                if name not in known:
                    place = f"{key}.{name}" if key else name
                    self._refuse(place, f"it is not known here; there are: {', '.join(sorted(known))}")

    def _refuse(self, key: str, reason: str) -> None:
        raise ConfigurationError(self._where, f"`{key}`: {reason}")
