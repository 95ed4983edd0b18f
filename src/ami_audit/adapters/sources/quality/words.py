"""Banned words: what they are in the project, and where they stand."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from time import monotonic
from typing import Any

from ami_audit.adapters.sources.quality import word_rules
from ami_audit.adapters.sources.quality.findings import finding
from ami_audit.adapters.sources.quality.place import Place
from ami_audit.adapters.sources.quality.running import Batch, run_draft
from ami_audit.adapters.sources.quality.tool import sorted_counts
from ami_audit.adapters.sources.quality.violation import Broken, Checked, Drafter
from ami_audit.adapters.sources.quality.word_rules import Ban, Bans, BansError
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity
from ami_audit.domain.options import AuditOptions
from ami_audit.domain.text import readable_path
from ami_audit.ports.word_matcher import WordFile, WordMatcherMaker, WordSearch

NAME = "banned-words"
VERSION = "1"
_UNREAD_TOLD = 20


class Words:
    """The search of one run."""

    def __init__(self, make: WordMatcherMaker, place: Place, options: AuditOptions, *, source: str) -> None:
        """Args: `make` compiles rules, `source` is the drafts' source."""
        self._make = make
        self._place = place
        self._named = options.banned_words_file
        self._source = source
        self._counts = {"searched": 0, "lines": 0, "binary": 0, "ignored": 0}
        self._findings: list[AuditFinding] = []
        self._drafter = Drafter(source, NAME, version=VERSION, root=place.root)

    def drafts(self, listed: Iterable[Sequence[str]]) -> Iterator[Batch]:
        """Yield what is banned in the files that are listed, and last what the search was."""
        began = monotonic()
        bans = self._bans()
        facts: dict[str, Any] = {}
        if bans is not None:
            matcher = self._make([ban.rule for ban in bans.bans], ignored=bans.ignored)
            facts = self._facts(bans, matcher.forms())
            for paths in listed:
                found = matcher.search(str(self._place.root), paths)
                self._count(found, paths)
                yield [
                    draft for file in found.files for draft in self._drafter.drafts(_checked(file, paths, bans.bans))
                ]
        context = {
            **facts,
            **self._counts,
            "tool": NAME,
            "version": VERSION,
            "files": self._drafter.files,
            "violations": self._drafter.count,
            "rules": sorted_counts(self._drafter.rules),
            "seconds": round(monotonic() - began, 3),
        }
        yield [run_draft(self._place, context, source=self._source, findings=self._findings, failed=bans is None)]

    def _bans(self) -> Bans | None:
        try:
            path = word_rules.find(self._place, self._named)
        except OSError as error:
            self._findings.append(finding("banned-words-unusable", f"The list cannot be looked for: {error.strerror}."))
            return None
        if path is None:
            usual = ", ".join(f"`{name}`" for name in word_rules.USUAL)
            self._findings.append(
                finding(
                    "banned-words-missing",
                    f"No file says which words are banned; looked for {usual}.",
                    do="Name it with `--banned-words-file`.",
                )
            )
            return None
        try:
            return word_rules.read(path, self._place, is_named=bool(self._named))
        except BansError as error:
            self._findings.append(finding("banned-words-unusable", f"{error}."))
            return None

    def _facts(self, bans: Bans, forms: Sequence[str]) -> dict[str, Any]:
        for ban, form in zip(bans.bans, forms, strict=True):
            if form.startswith("unusable"):
                told = f"The pattern `{ban.rule.pattern}` was not searched for: {form.partition(': ')[2]}."
                self._findings.append(finding("pattern-unusable", told))
        literals = [ban.rule.pattern for ban, form in zip(bans.bans, forms, strict=True) if form == "literal"]
        kinds = Counter(form.partition(":")[0] for form in forms)
        return {
            "generation": bans.generation,
            "said_in": list(bans.files),
            "patterns": len(bans.bans),
            "forms": dict(sorted(kinds.items())),
            "taken_literally": literals,
        }

    def _count(self, found: WordSearch, paths: Sequence[str]) -> None:
        for name in self._counts:
            self._counts[name] += getattr(found, name)
        for index, why in found.unread:
            if len(self._findings) < _UNREAD_TOLD:
                where = readable_path(paths[index])
                self._findings.append(finding("file-unchecked", f"It could not be searched: {why}.", where=where))


def _checked(file: WordFile, paths: Sequence[str], bans: Sequence[Ban]) -> Checked:
    path = readable_path(paths[file.path])
    broken = [_broken(bans[place.rule], place.line, place.column) for place in file.found]
    costly = tuple(
        finding(
            "pattern-too-costly",
            f"The pattern `{bans[rule].rule.pattern}` was given up at line {line}: matching it costs too much.",
            where=f"{path}:{line}",
            do="Write the pattern without nested repetitions.",
        )
        for rule, line in file.costly
    )
    return Checked(path, broken, findings=costly, sha256=file.sha256)


def _broken(ban: Ban, line: int, column: int) -> Broken:
    rule = f"banned.{ban.category}" if ban.category else "banned"
    told = f"`{ban.rule.pattern}` is banned" + (f": {ban.reason}" if ban.reason else "")
    return Broken(rule, AuditSeverity.ERROR, told, line or None, column if line else None)
