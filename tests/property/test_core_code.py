"""Does the native core find the duplicated code that comparing everything with everything finds?"""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import reference
from tests.support.modules import write

from ami_audit.adapters.chain_core.code_counter import NativeCodeCounter
from ami_audit.ports.code_counter import CodeCount, CodeRequest

# Few different lines, so that runs repeat, overlap and end in every way; some that say nothing.
_line = st.sampled_from([b"a = 1", b"b = 2", b"  a=1", b"c = \xc3\xa9", b"", b"  # why", b")", b"\xfd"])
_text = st.lists(_line, max_size=25).map(b"\n".join)
_files = st.dictionaries(st.sampled_from(["a.py", "b.py", "B.py", "a/b.py", "a-b.py"]), _text, max_size=4)


@settings(max_examples=150, deadline=None)
@given(_files, st.integers(1, 6))
def test_the_rolling_hash_finds_what_comparing_all_finds(files: dict[str, bytes], least: int) -> None:
    """A hash that forgets a window, or a class that is cut wrongly, would hide duplicated code."""
    with tempfile.TemporaryDirectory() as folder:
        found = _counted(write(Path(folder), files), least).duplication
    lines, duplicated, blocks = reference.duplication(files, least)
    assert found is not None
    assert (found["lines"], found["duplicated"], found["block_count"]) == (lines, duplicated, len(blocks))
    told = sorted((it["lines"], [tuple(place) for place in it["places"]]) for it in found["blocks"])
    # Long lists are cut in what is told: 50 blocks, 20 places.
    assert len(blocks) > 50 or told == sorted((lines, places[:20]) for lines, places in blocks)


def _counted(folder: Path, least: int) -> CodeCount:
    counting = NativeCodeCounter(threads=2).count(CodeRequest(str(folder), least_lines=least))
    while True:
        try:
            next(counting)
        except StopIteration as ended:
            found: CodeCount = ended.value
            return found
