"""Does a bundle's file come out as it went in, and nothing else as a bundle?"""

import io
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.bundles import SCRIPT, standalone

from ami_audit.adapters.bundles import archive, packed, unpacked
from ami_audit.domain.errors import FormatError

_TEXT = b'{"schema":"a text that is packed, whatever it says"}'


def taken_out(path: Path) -> bytes | None:
    """Return what both verifiers take out of a file; None when they take it for no bundle."""
    script = standalone()
    try:
        single: bytes | None = script.read_file(str(path))
    except script.NotABundleError:
        single = None
    try:
        native: bytes | None = unpacked(path)
    except FormatError:
        native = None
    assert native == single
    return native


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip file of these members."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", method) as made:
        warnings.simplefilter("ignore", UserWarning)  # a name twice: what a forger would do
        for name, content in members:
            made.writestr(name, content)
    return file.getvalue()


def test_a_bundle_comes_out_as_it_went_in(tmp_path: Path) -> None:
    """From the archive, and from the JSON alone."""
    file = tmp_path / "b"
    file.write_bytes(packed(_TEXT))
    assert taken_out(file) == _TEXT
    file.write_bytes(_TEXT)
    assert taken_out(file) == _TEXT


def test_the_archive_carries_the_verifier_and_is_the_same_each_time(tmp_path: Path) -> None:
    """Two bundles of one trail can be compared by their bytes; the verifier in it is the repository's."""
    assert packed(_TEXT) == packed(_TEXT)
    with zipfile.ZipFile(io.BytesIO(packed(_TEXT))) as file:
        assert file.namelist() == ["README.txt", "bundle.json", "verify.py"]
        assert file.read("verify.py") == SCRIPT.read_bytes()
        assert {member.date_time for member in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04",
        b"PK\x03\x04" + b"\x00" * 100,
        packed(_TEXT)[:-10],
        zipped(),
        zipped(("other.json", _TEXT)),
        zipped(("bundle.json", _TEXT), ("bundle.json", _TEXT)),
        zipped(("bundle.json", _TEXT), ("x", b""), ("x", b"")),
        zipped(("bundle.json", _TEXT), method=zipfile.ZIP_BZIP2),
        zipped(("bundle.json", _TEXT), method=zipfile.ZIP_LZMA),
    ],
)
def test_a_damaged_or_doubtful_archive_is_no_bundle(content: bytes, tmp_path: Path) -> None:
    """Two members of one name would be two bundles in one file."""
    file = tmp_path / "b.zip"
    file.write_bytes(content)
    if content[:4] == b"PK\x03\x04":
        assert taken_out(file) is None
    else:  # an empty archive begins otherwise, and is no JSON either
        assert taken_out(file) == content


def test_a_file_that_is_not_there_or_a_folder_is_no_bundle(tmp_path: Path) -> None:
    """One sentence from the operating system."""
    assert taken_out(tmp_path / "nothing") is None
    assert taken_out(tmp_path) is None


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few kilobytes can unpack to more than any memory; reading stops at the limit."""
    monkeypatch.setattr(archive, "LARGEST_BYTES", 1 << 20)
    monkeypatch.setattr(standalone(), "LARGEST_BUNDLE", 1 << 20)
    file = tmp_path / "b.zip"
    for size, is_taken in ((1 << 20, True), ((1 << 20) + 1, False), (1 << 24, False)):
        file.write_bytes(zipped(("bundle.json", bytes(size))))
        assert (taken_out(file) is not None) == is_taken
        file.write_bytes(bytes(size))
        assert (taken_out(file) is not None) == is_taken
    with pytest.raises(FormatError, match="larger"):
        packed(bytes((1 << 20) + 1))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_both_take_the_same_out_of_changed_bytes(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever the archive's structures say, both read one thing or nothing, and neither falls over."""
    content = bytearray(zipped(("bundle.json", _TEXT), ("README.txt", b"read me")))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(0, len(content))) or len(content) :]
    file = tmp_path / "b.zip"
    file.write_bytes(content)
    taken_out(file)
