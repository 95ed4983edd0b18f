"""What an owner, or anybody else, may do to a bundle, and which checks must notice."""

from collections.abc import Callable
from typing import Any

Document = dict[str, Any]


def _record(document: Document, place: int) -> Document:
    found: Document = document["records"][place]
    return found


def _change_content(document: Document) -> None:
    record = _record(document, 2)
    record["canonical"] = record["canonical"].replace("success", "failure")


def _spell_otherwise(document: Document) -> None:
    record = _record(document, 2)
    record["canonical"] = record["canonical"].replace('{"action"', '{ "action"')


def _flip_hash(document: Document) -> None:
    record = _record(document, 2)
    record["record_hash"] = record["record_hash"][::-1]


def _strip_signature(document: Document) -> None:
    _record(document, 2)["signatures"] = ""


def _shorten_proof(document: Document) -> None:
    del _record(document, 2)["proof"][-1]


def _lengthen_proof(document: Document) -> None:
    _record(document, 2)["proof"].append("00" * 32)


def _swap_proofs(document: Document) -> None:
    one, other = _record(document, 1), _record(document, 2)
    one["proof"], other["proof"] = other["proof"], one["proof"]


def _leave_a_match_out(document: Document) -> None:
    del document["records"][2]


def _leave_the_index_out(document: Document) -> None:
    document["records"] = [item for item in document["records"] if "segment_indexed" not in item["canonical"]]


def _leave_the_end_out(document: Document) -> None:
    del document["records"][-1]


def _leave_a_segment_out(document: Document) -> None:
    del document["completeness"]["segments"][0]


def _leave_all_segments_out(document: Document) -> None:
    document["completeness"]["segments"] = []


def _claim_nothing(document: Document) -> None:
    document["completeness"] = None


def _hide_a_sequence(document: Document) -> None:
    run = document["completeness"]["segments"][0]["terms"][0][0]
    next(leaf for leaf in run["leaves"] if leaf["key"] == "user3")["sequences"].pop()


def _hide_a_key(document: Document) -> None:
    run = document["completeness"]["segments"][0]["terms"][0][0]
    run["leaves"] = [leaf for leaf in run["leaves"] if leaf["key"] != "user3"]


def _hide_the_whole_run(document: Document) -> None:
    document["completeness"]["segments"][0]["terms"] = []


def _show_another_run(document: Document) -> None:
    document["completeness"]["segments"][0]["terms"][0] = document["completeness"]["segments"][1]["terms"][0]


def _start_elsewhere(document: Document) -> None:
    document["completeness"]["segments"][0]["terms"][0][0]["start"] += 1


def _ask_for_less(document: Document) -> None:
    document["filter"]["actor"] = "user4"


def _ask_for_more(document: Document) -> None:
    del document["filter"]["since"]


def _take_another_trail(document: Document) -> None:
    document["checkpoint"] = document["checkpoint"].replace("bundled", "another")


def _lengthen_the_trail(document: Document) -> None:
    origin, size, rest = document["checkpoint"].split("\n", 2)
    document["checkpoint"] = f"{origin}\n{int(size) + 1}\n{rest}"


def _lengthen_it_beyond_all_bounds(document: Document) -> None:
    origin, _, rest = document["checkpoint"].split("\n", 2)
    document["checkpoint"] = f"{origin}\n{2**63 - 1}\n{rest}"


def _cut_the_trail_off(document: Document) -> None:
    origin, size, rest = document["checkpoint"].split("\n", 2)
    document["checkpoint"] = f"{origin}\n{int(size) - 1}\n{rest}"


def _disclose_what_nobody_committed_to(document: Document) -> None:
    document["disclosures"] = ["WyJzYWx0IiwgIm5hbWUiLCAidmFsdWUiXQ"]


def _forget_the_first_record(document: Document) -> None:
    del document["records"][0]


ATTACKS: dict[str, tuple[Callable[[Document], None], set[str]]] = {
    "a value changed": (_change_content, {"hash"}),
    "a record spelt otherwise": (_spell_otherwise, {"form", "hash"}),
    "a record's hash changed": (_flip_hash, {"hash", "proof", "signature"}),
    "a signature stripped": (_strip_signature, {"proof"}),
    "a proof cut": (_shorten_proof, {"proof"}),
    "a proof too long": (_lengthen_proof, {"proof"}),
    "proofs swapped": (_swap_proofs, {"proof"}),
    "a matching record left out": (_leave_a_match_out, {"omitted"}),
    "the indexes left out": (_leave_the_index_out, {"segment"}),
    "the trail's end left out": (_leave_the_end_out, {"segment"}),
    "a segment left out": (_leave_a_segment_out, {"segment"}),
    "all segments left out": (_leave_all_segments_out, {"omitted"}),
    "no claim of completeness": (_claim_nothing, {"completeness"}),
    "a record hidden in the index": (_hide_a_sequence, {"segment"}),
    "a key hidden in the index": (_hide_a_key, {"segment"}),
    "a run of the index left out": (_hide_the_whole_run, {"segment"}),
    "a run of another segment": (_show_another_run, {"segment"}),
    "a run at another place": (_start_elsewhere, {"segment"}),
    "another question": (_ask_for_less, {"extra", "omitted"}),
    "a wider question": (_ask_for_more, {"omitted"}),
    "another trail's checkpoint": (_take_another_trail, {"checkpoint"}),
    "a trail made longer": (_lengthen_the_trail, {"checkpoint", "omitted", "proof"}),
    "a trail made endless": (_lengthen_it_beyond_all_bounds, {"checkpoint", "omitted", "proof"}),
    "a trail cut off": (_cut_the_trail_off, {"checkpoint", "proof"}),
    "an invented disclosure": (_disclose_what_nobody_committed_to, {"disclosure"}),
    "no first record": (_forget_the_first_record, {"genesis"}),
}
