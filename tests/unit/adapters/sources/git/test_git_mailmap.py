"""Does a mailmap name the people that git would name?"""

import subprocess
from pathlib import Path

import pytest
from tests.support.repositories import Repository

from ami_audit.adapters.sources.git.mailmap import Mailmap, Signer

_MAILMAP = b"""\
# comment <no@x> <no@y>
Proper Name <commit@x>
<proper@x> <old@x>
Both Right <both@x> <Odd@X>
By Name <byname@x> nick <shared@x>
Other Name <othername@x> Other Nick <shared@x>
Later <commit@x>
  Indented Person   <indented@x>   <in@x>   # trailing
broken line
"""


@pytest.mark.parametrize(
    "signer",
    [
        Signer(b"whoever", b"commit@x"),
        Signer(b"Keep", b"old@x"),
        Signer(b"x", b"odd@x"),
        Signer(b"NICK", b"Shared@x"),
        Signer(b"other nick", b"shared@x"),
        Signer(b"stranger", b"shared@x"),
        Signer(b"y", b"in@x"),
        Signer(b"", b"commit@x"),
        Signer(b"no", b"no@y"),
    ],
)
def test_every_form_of_line_is_read_as_git_reads_it(signer: Signer, tmp_path: Path) -> None:
    """Git is asked itself, so that the two can never drift apart."""
    repository = Repository(tmp_path / "repository")
    repository.write(".mailmap", _MAILMAP)
    line = signer.name + b" <" + signer.email + b">"
    answer = subprocess.run(
        ["git", "check-mailmap", "--stdin"], cwd=repository.path, input=line, capture_output=True, check=True
    ).stdout
    found = Mailmap(_MAILMAP).resolved(signer)
    assert found.name + b" <" + found.email + b">" == answer.rstrip(b"\n").lstrip() or (
        not found.name and answer.strip() == b"<" + found.email + b">"
    )
