"""Where branches, tags and `HEAD` point."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ami_audit.adapters.sources.git.location import Location, beginning
from ami_audit.adapters.sources.git.objects import GitObject, ObjectReader
from ami_audit.adapters.sources.git.plumbing import Plumbing
from ami_audit.domain.errors import SourceError
from ami_audit.domain.text import readable

_ASKED_AT_ONCE = 500
_DEEPEST_TAG = 8
# A named pipe among the refs would keep git waiting for ever.
_TIMEOUT_S = 120
# Their commits are the history; what else points into the repository (pull requests, notes, stashes) is only listed.
_WALKED = {"refs/heads/": "branch", "refs/tags/": "tag", "refs/remotes/": "remote-branch"}


class Ref(NamedTuple):
    """One name and what it points to.

    Attributes:
        name: `refs/heads/main`, or `HEAD`.
        points_to: The object's hash; empty when there is none (an unborn branch).
        symbolic: The ref this one stands for, or empty.
        kind: `branch`, `tag`, `remote-branch`, `head` or `other`.
        object_kind: `commit`, `tag`, `tree`, `blob`, `missing` or `corrupt`.
        tags: The tag objects between the ref and its commit, outermost first.
        commit: The commit it leads to; empty when it leads to none that can be read.
    """

    name: str
    points_to: str
    symbolic: str
    kind: str
    object_kind: str = "missing"
    tags: tuple[GitObject, ...] = ()
    commit: str = ""

    @property
    def is_walked(self) -> bool:
        """Whether the history it leads to is part of the audit."""
        return self.kind != "other" and bool(self.commit)


def read_refs(plumbing: Plumbing, location: Location, reader: ObjectReader) -> list[Ref]:
    """Return `HEAD` and then every ref by name, each followed to its commit.

    Args:
        plumbing: Where the refs are.
        location: Where `HEAD` is.
        reader: Reads tag objects.

    Raises:
        SourceError: git cannot list the refs.
    """
    # Not `--format` fields of the object: a ref whose object is gone is a ref all the same.
    format_ = "--format=%(objectname)%00%(symref)%00%(refname)"
    finished = plumbing.run("for-each-ref", format_, timeout_s=_TIMEOUT_S)
    if finished.status != 0:
        raise SourceError(str(location.root), f"git cannot list its branches and tags: {finished.complaint}.")
    refs = [_listed(line) for line in readable(finished.output).splitlines()]
    head = _head(location, {ref.name: ref.points_to for ref in refs})
    kinds = ObjectReader(plumbing, contents=False)
    followed = list(_followed([head, *refs], kinds, reader))
    kinds.close()
    return followed


def read_head(plumbing: Plumbing, location: Location) -> str:
    """Return the hash that `HEAD` stands for; empty when it stands for none."""
    head = _head(location, {})
    if not head.symbolic:
        return head.points_to
    finished = plumbing.run("rev-parse", "--verify", "--quiet", head.symbolic, timeout_s=_TIMEOUT_S)
    return finished.output.decode("ascii", "replace").strip() if finished.status == 0 else ""


def _listed(line: str) -> Ref:
    points_to, symbolic, name = line.split("\0")
    kind = next((kind for prefix, kind in _WALKED.items() if name.startswith(prefix)), "other")
    return Ref(name, points_to, symbolic, kind)


def _head(location: Location, names: dict[str, str]) -> Ref:
    text = readable(beginning(location.git_dir / "HEAD", 4096)).strip()
    if text.startswith("ref:"):
        symbolic = text[4:].strip()
        return Ref("HEAD", names.get(symbolic, ""), symbolic, "head")
    return Ref("HEAD", text if len(text) in (40, 64) else "", "", "head")


def _followed(refs: Sequence[Ref], kinds: ObjectReader, reader: ObjectReader) -> Iterator[Ref]:
    for start in range(0, len(refs), _ASKED_AT_ONCE):
        some = refs[start : start + _ASKED_AT_ONCE]
        names = list(dict.fromkeys(ref.points_to for ref in some if ref.points_to))
        found = {answer.name: answer.kind for answer in kinds.read(names)}
        for ref in some:
            yield _led(ref, found[ref.points_to], reader) if ref.points_to else ref


def _led(ref: Ref, kind: str, reader: ObjectReader) -> Ref:
    if kind != "tag":
        return ref._replace(object_kind=kind, commit=ref.points_to if kind == "commit" else "")
    tags = [reader.read_one(ref.points_to)]
    while tags[-1].kind == "tag" and len(tags) <= _DEEPEST_TAG:
        tags.append(reader.read_one(tag_target(tags[-1].data)))
    end = tags.pop()
    commit = end.name if end.kind == "commit" else ""
    return ref._replace(object_kind=kind if tags else end.kind, tags=tuple(tags), commit=commit)


def tag_target(data: bytes) -> str:
    """Return the hash that a tag object is about; a name that git cannot know when the tag is broken."""
    line = data.partition(b"\n")[0]
    return line.removeprefix(b"object ").decode("ascii", "replace") if line.startswith(b"object ") else "0" * 40
