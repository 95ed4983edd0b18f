"""The logs of a service: of its container, of its unit, and the files that its manifest names."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any, NamedTuple

from ami_audit.adapters.sources.service.containers import Asker, Container
from ami_audit.adapters.sources.service.declared import Fault
from ami_audit.adapters.sources.service.masking import masked_text
from ami_audit.adapters.sources.service.matching import Seen
from ami_audit.adapters.sources.service.place import UnreadableError, inside
from ami_audit.adapters.sources.service.work import Work
from ami_audit.domain.kinds import LogLevel
from ami_audit.domain.masking import masked
from ami_audit.domain.moment import microseconds, written
from ami_audit.domain.options import AuditOptions
from ami_audit.domain.text import readable, readable_path
from ami_audit.ports.log_reader import LogReader, LogRequest, LogSummary

_LAST_LINES = 2_000
_MOST_BYTES = 64 * 1024 * 1024
_LONGEST_S = 30.0
_TOLD = 20
_LONGEST_SAMPLE = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GRAVE = ("error", "critical")


class Logs(NamedTuple):
    """What the log of one service held; None when there is nothing to read."""

    facts: dict[str, Any] | None
    faults: tuple[Fault, ...]


class LogTeller:
    """Reads the logs of the services of one run."""

    def __init__(self, work: Work, asker: Asker, reader: LogReader, *, root: Path, options: AuditOptions) -> None:
        """Args: `reader` finds formats, levels, times and templates."""
        self._work = work
        self._asker = asker
        self._reader = reader
        self._root = root
        self._options = options

    def of(self, seen: Seen) -> Logs:
        """Return what the log of a service holds within the time and at the level that were asked for."""
        faults: list[Fault] = []
        with TemporaryDirectory(prefix="ami-audit-") as folder:
            paths = dict(self._gathered(seen, Path(folder), faults))
            if not paths:
                if not faults:
                    reason = "No log of it is known: neither container nor unit, and its manifest names no file"
                    faults.append(Fault("logs-unknown", reason, seen.name))
                return Logs(None, tuple(faults))
            facts, more = self._read(seen, paths)
        return Logs(facts, (*faults, *more))

    def _gathered(self, seen: Seen, folder: Path, faults: list[Fault]) -> Iterator[tuple[str, str]]:
        """Yield files to read, and what each is called in the record."""
        if seen.container is not None:
            file = folder / "container"
            try:
                is_whole = self._copy_container(seen.container, file)
            except Exception as error:  # noqa: BLE001 (the library raises its own errors and those of requests)
                reason = f"The engine does not give its log: {_hidden(str(error))[:200]}"
                faults.append(Fault("logs-unread", reason, seen.name))
            else:
                if not is_whole:
                    faults.append(
                        Fault("logs-cut", "Its log is longer than is read at once; the end is missing", seen.name)
                    )
                yield str(file), f"container:{seen.container.name}"
        if seen.unit is not None:
            file = folder / "unit"
            if self._copy_journal(seen, file, faults):
                yield str(file), f"journal:{seen.unit.name}"
        for path in seen.declared.log_files if seen.declared else ():
            try:
                yield str(inside(self._root, path)), readable_path(path)
            except UnreadableError as error:
                faults.append(Fault("logs-unread", f"`{path}` is not read: {error.reason}", seen.name))

    def _copy_container(self, container: Container, file: Path) -> bool:
        """Write a container's log as Docker keeps it, a JSON object a line; return whether that is all of it."""
        since, until = self._options.since, self._options.until
        end = monotonic() + _LONGEST_S
        size = 0
        pieces = self._asker.logs(
            container,
            since=since.timestamp() if since else None,
            until=until.timestamp() if until else None,
            tail=_LAST_LINES,
        )
        with file.open("wb") as out:
            for line in _lines(pieces):
                moment, _, said = line.partition(b" ")
                entry = {"log": readable(said) + "\n", "stream": "stdout", "time": readable(moment)}
                size += out.write(json.dumps(entry).encode("utf-8", "backslashreplace") + b"\n")
                if size > _MOST_BYTES or monotonic() > end or self._work.stopped.is_set():
                    return False
        return True

    def _copy_journal(self, seen: Seen, file: Path, faults: list[Fault]) -> bool:
        program = shutil.which("journalctl")
        if program is None or seen.unit is None:
            faults.append(Fault("logs-unread", "Its journal is not read: journalctl is not installed", seen.name))
            return False
        limits = ["--lines", str(_LAST_LINES)] if self._options.since is None else ["--since", _at(self._options.since)]
        if self._options.until is not None:
            limits += ["--until", _at(self._options.until)]
        words = [program, "--no-pager", "--quiet", "--output", "json", *limits, f"--unit={seen.unit.name}"]
        try:
            ran = self._work.run(words, timeout_s=_LONGEST_S, env={**os.environ, "LC_ALL": "C"})
        except OSError as error:
            faults.append(Fault("logs-unread", f"Its journal is not read: {error.strerror}", seen.name))
            return False
        if ran.status != 0:
            faults.append(Fault("logs-unread", f"Its journal is not read: {ran.complaint or 'no answer'}", seen.name))
        file.write_bytes(ran.output)
        return bool(ran.output)

    def _read(self, seen: Seen, paths: Mapping[str, str]) -> tuple[dict[str, Any], list[Fault]]:
        options = self._options
        request = LogRequest(
            paths=tuple(paths),
            level=options.level,
            since_us=None if options.since is None else microseconds(options.since),
            until_us=None if options.until is None else microseconds(options.until),
        )
        summaries: list[LogSummary] = []
        texts: dict[int, str] = {}
        with closing(self._reader.read(request)) as batches:
            for batch in batches:
                summaries += batch.summaries
                texts |= batch.templates
                if self._work.stopped.is_set():
                    break
        names = list(paths.values())
        faults = [
            Fault("logs-unread", f"`{names[summary.file]}`: {_hidden(reason)}", seen.name)
            for summary in summaries
            for _, reason in summary.faults
        ]
        facts = _facts(summaries, texts, names=names, level=options.level)
        grave = sum(count for level, count in facts["levels"].items() if level in _GRAVE)
        if grave:
            faults.append(Fault("errors-logged", f"Its log holds {grave:,} errors or worse of that time", seen.name))
        return facts, faults


def _hidden(text: str) -> str:
    """Return a text of a log without its secrets, by the rules for services and by those for all logs."""
    return masked(masked_text(text)).text


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
        if len(rest) > 1 << 20:
            yield rest
            rest = b""
    if rest:
        yield rest


def _at(moment: datetime) -> str:
    return f"@{moment.timestamp():.6f}"


def _facts(
    summaries: list[LogSummary], texts: Mapping[int, str], *, names: list[str], level: LogLevel | None
) -> dict[str, Any]:
    """Return what was read: counts, levels of the events that pass, and the templates that tell most."""
    levels: dict[str, int] = {}
    told: dict[int, dict[str, Any]] = {}
    for summary in summaries:
        for template in summary.templates:
            for name, count in template.levels.items():
                levels[name] = levels.get(name, 0) + count
            _add(told, template._asdict(), texts.get(template.template, ""))
    worst = sorted(told.values(), key=lambda item: (-_weight(item["levels"]), -item["count"], item["text"]))
    found = {
        "from": names,
        "level": level.value if level else None,
        "lines": sum(summary.lines for summary in summaries),
        "events": sum(summary.events for summary in summaries),
        "passed": sum(summary.passed for summary in summaries),
        "levels": dict(sorted(levels.items())),
        "first_at": _moment(min((s.first_us for s in summaries if s.first_us is not None), default=None)),
        "last_at": _moment(max((s.last_us for s in summaries if s.last_us is not None), default=None)),
        "told": worst[:_TOLD],
        "untold": max(0, len(worst) - _TOLD),
    }
    return {name: value for name, value in found.items() if value is not None}


def _add(told: dict[int, dict[str, Any]], template: Mapping[str, Any], text: str) -> None:
    entry = told.setdefault(
        template["template"],
        {
            "text": _hidden(text or template["sample"])[:_LONGEST_SAMPLE],
            "sample": _hidden(template["sample"])[:_LONGEST_SAMPLE],
            "count": 0,
            "levels": {},
        },
    )
    entry["count"] += template["count"]
    for name, count in template["levels"].items():
        entry["levels"][name] = entry["levels"].get(name, 0) + count
    if template["last_us"] is not None:
        entry["last_at"] = _moment(template["last_us"])


def _weight(levels: Mapping[str, int]) -> int:
    known = [level.value for level in LogLevel]
    return max((known.index(name) for name in levels if name in known), default=-1)


def _moment(microseconds_since: int | None) -> str | None:
    return None if microseconds_since is None else written(_EPOCH + timedelta(microseconds=microseconds_since))
