"""Checks whether a bundle is the whole answer: that no record it should hold was left out."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from ami_audit.domain.bundle import Bundle, ShownRun, ShownSegment
from ami_audit.domain.bundle_report import BundleFault
from ami_audit.domain.completeness import KEY_RECORDS, Term, shown, terms_of, window_of
from ami_audit.domain.errors import MalformedError
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.segment import ACTION, FIELDS, FieldRoot, SegmentClaim
from ami_audit.ports.chain_core import ChainCore
from ami_audit.services.verification.bundled import BundledRecords, content_of


class Wholeness:
    """Judges the completeness that a bundle claims.

    Attributes:
        matching: The records of the bundle that answer its filter; none without a filter.
    """

    def __init__(self, bundle: Bundle, records: BundledRecords, core: ChainCore, *, size: int) -> None:
        self._bundle = bundle
        self._records = records
        self._core = core
        self._size = size
        self._asked = None if bundle.filter is None else bundle.filter.asked()
        self._terms = terms_of(self._asked or {})
        self._order = list(records.held)
        self._end = 0
        self.matching = frozenset(sequence for sequence in records.held if self._matches(sequence))

    def _matches(self, sequence: int) -> bool:
        if self._asked is None or sequence not in window_of(self._asked, first=0, end=self._size):
            return False
        keys = self._records.keys[sequence]
        return all(any(keys.get(term.field) in interval for interval in term.intervals) for term in self._terms)

    def claims(self) -> list[SegmentClaim]:
        """Return the indexes that the bundle builds upon."""
        segments = self._bundle.completeness.segments if self._bundle.completeness else ()
        claims = (_claim(self._records.held.get(segment.record)) for segment in segments)
        return [claim for claim in claims if claim is not None]

    def faults(self) -> Iterator[BundleFault]:
        """Yield what keeps the bundle from being the whole answer."""
        if self._bundle.completeness is None:
            if self._asked is not None:
                yield _fault("completeness", "bundle", "nothing shows that no matching record was left out")
            return
        for segment in self._bundle.completeness.segments:
            where = f"segment {self._end}"
            claim = _claim(self._records.held.get(segment.record))
            if claim is None or claim.first != self._end:
                yield _fault("segment", where, "no record in the bundle indexes the records from here on")
                return
            try:
                yield from self._segment(segment, claim, where=where)
            except MalformedError as error:
                yield _fault("segment", where, error.reason)
                return
            self._end = claim.end
        tail = range(self._end, self._size)
        yield from self._missing(tail, "records that no index covers are not in the bundle")
        yield from self._needless()

    def _segment(self, segment: ShownSegment, claim: SegmentClaim, *, where: str) -> Iterator[BundleFault]:
        about_keys = _named(segment.keys, KEY_RECORDS, claim)
        window = window_of(self._asked or {}, first=claim.first, end=claim.end)
        answers = self._answers(segment, claim, window=window)
        if answers is None:
            yield from self._missing(window, "records that answer the filter are not in the bundle")
        named = about_keys | (answers or frozenset())
        lacking = sorted(number for number in named if number not in self._records.held)
        if lacking:
            detail = f"{len(lacking)} records that the index of its segment names are not in the bundle"
            yield _fault("omitted", f"record {lacking[0]}", detail)
        for number in self._within(claim.first, claim.end):
            is_answer = answers is not None and number in self.matching and number not in answers
            if is_answer or (self._is_about_keys(number) and number not in about_keys):
                yield _fault("segment", where, f"its index does not name record {number}")

    def _answers(self, segment: ShownSegment, claim: SegmentClaim, *, window: range) -> frozenset[int] | None:
        """Return the records of a segment that answer the filter; None when no term narrows them down."""
        if self._asked is None or not window:
            return frozenset()
        answers: frozenset[int] | None = None
        for index, term in enumerate(self._terms):
            if answers is not None and not answers:
                break
            if index >= len(segment.terms):
                raise MalformedError("", "it does not show each field that is asked for")
            named = _named(segment.terms[index], term, claim)
            answers = named if answers is None else answers & named
        return None if answers is None else frozenset(number for number in answers if number in window)

    def _missing(self, wanted: range, what: str) -> Iterator[BundleFault]:
        held = self._records.held
        count = len(wanted) - len(self._within(wanted.start, wanted.stop))
        if count > 0:
            first = next(number for number in wanted if number not in held)
            yield _fault("omitted", f"record {first}", f"{count} {what}")

    def _within(self, first: int, end: int) -> list[int]:
        return self._order[bisect_left(self._order, first) : bisect_left(self._order, end)]

    def _is_about_keys(self, number: int) -> bool:
        return self._records.keys[number].get("action") in KEY_RECORDS.intervals[0]

    def _needless(self) -> Iterator[BundleFault]:
        if self._asked is None:
            return
        for number in self._records.held:
            is_index = self._records.keys[number].get("action") == ACTION.encode()
            is_needed = number == 0 or number >= self._end or is_index or self._is_about_keys(number)
            if not is_needed and number not in self.matching:
                detail = "it neither answers the filter nor is needed to prove the answer"
                yield _fault("extra", f"record {number}", detail)

    def wrong_indexes(self) -> Iterator[BundleFault]:
        """Yield each index in the bundle that is none, or that says what the records it covers do not."""
        for number, record in self._records.held.items():
            if content_of(record.canonical).get("action") != ACTION:
                continue
            claim = _claim(record)
            if claim is None:
                yield _fault("segment", f"record {number}", "it is no index of records before it")
            elif self.holds(claim) and self._fields(claim) != claim.fields:
                detail = "what it says of the records it indexes is not what they say"
                yield _fault("segment", f"record {number}", detail)

    def holds(self, claim: SegmentClaim) -> bool:
        """Return whether every record of a segment is in the bundle."""
        return len(self._within(claim.first, claim.end)) == claim.end - claim.first

    def _fields(self, claim: SegmentClaim) -> dict[str, FieldRoot]:
        texts = [self._records.held[number].canonical for number in range(claim.first, claim.end)]
        columns = self._core.segment_columns(b"".join(texts), list(accumulate(map(len, texts))))
        roots = (self._core.segment_root(column, claim.first) for column in columns)
        return {name: FieldRoot(*root) for name, root in zip(FIELDS, roots, strict=True)}


def _named(runs: tuple[ShownRun, ...], term: Term, claim: SegmentClaim) -> frozenset[int]:
    if len(runs) != len(term.intervals):
        raise MalformedError("", "it does not show each run of keys that is asked for")
    found = (
        shown(run.run(), interval, of=claim.fields[term.field])
        for run, interval in zip(runs, term.intervals, strict=True)
    )
    return frozenset().union(*found)


def _claim(record: SealedRecord | None) -> SegmentClaim | None:
    try:
        return SegmentClaim.read(record.canonical, record.sequence) if record else None
    except MalformedError:
        return None


def _fault(check: str, where: str, detail: str) -> BundleFault:
    return BundleFault(check=check, where=where, detail=detail)
