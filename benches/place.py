"""Where benches work and keep what they measured: under `.build/bench`, or where AMI_BENCH_DIR says."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORK = Path(os.environ.get("AMI_BENCH_DIR") or ROOT / ".build" / "bench").resolve()
RESULTS = WORK / "results"
RESULTS.mkdir(parents=True, exist_ok=True)


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a fresh folder on the measured disk, and remove it afterwards."""
    folder = Path(tempfile.mkdtemp(dir=WORK, prefix="scratch-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
