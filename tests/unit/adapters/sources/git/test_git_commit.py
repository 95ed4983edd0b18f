"""Can any bytes that claim to be a commit be read, and be told in a record of bounded size?"""

import json

from hypothesis import example, given
from hypothesis import strategies as st

from ami_audit.adapters.sources.git.changes import Changes, changes_of
from ami_audit.adapters.sources.git.commit import commit_of, declared_parents, signed_part
from ami_audit.adapters.sources.git.commit_drafts import commit_draft
from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.mailmap import Mailmap
from ami_audit.adapters.sources.git.naming import Setting
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.values import frozen

_NAME = "c" * 40
_TREE = b"tree " + b"a" * 40 + b"\n"
_PEOPLE = b"author A <a@x> 1700000000 +0100\ncommitter C <c@x> 1700000060 -0230\n"
_LIMIT_BYTES = 1 << 20


def _draft(data: bytes, changes: Changes | None = None) -> AuditDraft:
    return commit_draft(
        commit_of(_NAME, data),
        changes,
        {"state": "none"},
        identities=Identities(Mailmap()),
        setting=Setting({}, None),
    )


def _size(draft: AuditDraft) -> int:
    return len(json.dumps(frozen(draft.context), ensure_ascii=False).encode())


_pieces = st.sampled_from([
    b"tree ", b"parent ", b"author ", b"committer ", b"encoding ", b"gpgsig ", b"a" * 40, b"\n", b"\n\n", b" ", b"<",
    b">", b"1700000000", b"+0000", b"-9999", b"9" * 30, b"utf-7", b"-----BEGIN PGP SIGNATURE-----", b"\xff", b"\0",
])  # fmt: skip


@given(st.lists(st.one_of(_pieces, st.binary(max_size=8)), max_size=40).map(b"".join))
@example(b"")
@example(_TREE + _PEOPLE)
@example(_TREE + b"author \xff" * 3)
def test_any_bytes_become_a_draft_that_can_be_sealed(data: bytes) -> None:
    """The objects come from whoever could push; none of them may stop an audit."""
    draft = _draft(data)
    frozen(draft.context)
    assert draft.actor
    assert draft.target == _NAME


@given(st.binary(max_size=200))
def test_any_header_has_parents_or_is_refused(data: bytes) -> None:
    """The walk over a damaged history reads the same bytes."""
    assert declared_parents(data) is None or isinstance(declared_parents(_TREE + data), tuple)


def test_the_usual_and_the_careful_reader_agree() -> None:
    """One regular expression reads nearly all commits; it must not read them differently."""
    signature = b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n"
    parents = b"parent " + b"b" * 40 + b"\nparent " + b"d" * 40 + b"\n"
    data = _TREE + parents + _PEOPLE + b"encoding latin1\n" + signature + b"\nsubject\n\nbody\n"
    usual = commit_of(_NAME, data)
    careful = commit_of(_NAME, data.replace(b"author A", b"author  A"))
    assert usual.is_sound
    assert usual.parents == ("b" * 40, "d" * 40)
    assert usual.signature.startswith(b"-----BEGIN PGP SIGNATURE-----\n\nabc\n")
    assert (careful.message, careful.encoding, careful.signature) == (usual.message, usual.encoding, usual.signature)
    assert signed_part(data) == data.replace(signature, b"")


def test_the_largest_commit_still_fits_into_a_record() -> None:
    """A record over 1 MiB is refused at the door, so no commit may become one."""
    evil = b"\x01" * 3_000_000
    header = _TREE + (b"parent " + b"b" * 40 + b"\n") * 5_000
    people = b"author " + evil + b"<" + evil + b"> 1 +0000\ncommitter " + evil + b"<" + evil + b"> 1 +0000\n"
    lines = [
        token
        for number in range(1_100)
        for token in (f":100644 100644 {'1' * 40} {'2' * 40} R50", f"\udcff{number}" * 300, f"\udcfe{number}" * 300)
    ]
    ((_, changes),) = changes_of(iter([_NAME, *lines]))
    draft = _draft(header + people + b"encoding " + evil + b"\n\n" + evil, changes)
    assert changes.files == 1_100
    assert draft.context["omitted"] == 1_100 - len(draft.context["changes"])
    assert draft.context["parents_omitted"] == 4_000
    assert _size(draft) < _LIMIT_BYTES - 50_000


def test_many_plain_paths_of_another_script_are_kept() -> None:
    """The bound is against attacks; a thousand Chinese file names are none."""
    tokens = [
        token for number in range(1_000) for token in (f":000000 100644 {'0' * 40} {'2' * 40} A", f"文档/目录/{number}")
    ]
    ((_, changes),) = changes_of(iter([_NAME, *tokens]))
    assert len(changes.entries) == 1_000
