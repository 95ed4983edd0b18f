"""Does a check of a part of a damaged trail always end in an answer?"""

import shutil
import tempfile
from pathlib import Path

import apsw
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from tests.support.damage import Column, changed, columns, unguarded, write
from tests.support.trails import FILE, cosign, fill, verified_anew, verified_range, verified_sample


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trail with a full tile that was verified once, and has grown since."""
    folder = tmp_path_factory.mktemp("parts")
    fill(folder, 270)
    assert verified_anew(folder).faults == ()
    fill(folder, 20)
    cosign(folder)
    return folder


# Only a policy fills these; `test_tamper.py` has one.
_BY_POLICY = {"disclosures", "erased", "pruned", "pruned_facts"}
_COLUMNS = [column for column in columns() if column.table not in _BY_POLICY]


@pytest.mark.parametrize("column", _COLUMNS, ids=lambda column: f"{column.table}.{column.name}")
@given(row=st.integers(0, 1 << 20), where=st.integers(0, 1 << 20), bit=st.integers(0, 7))
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_part_of_a_damaged_trail_is_judged(column: Column, trail: Path, row: int, where: int, bit: int) -> None:
    """Whatever stands in the tables: a verdict comes, and each fault says where and what."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(shutil.copytree(trail, Path(place) / "copy"))
        with unguarded(folder / FILE) as database:
            keys = ", ".join(column.key)
            rows = database.execute(f"SELECT {column.name}, {keys} FROM {column.table}").fetchall()
            value, *key = rows[row % len(rows)]
            try:
                write(database, column, key, value=changed(value, where, bit), is_text=isinstance(value, str))
            except apsw.ConstraintError:
                reject()
        for check in (
            lambda: verified_anew(folder),
            lambda: verified_range(folder, 250, 265),
            lambda: verified_sample(folder, 5, "seed"),
        ):
            report = check()
            assert all(fault.where and fault.detail for fault in report.faults)
