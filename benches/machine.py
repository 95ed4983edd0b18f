"""Which machine is measured, and is the build one that may be?"""

import os
import platform
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from ami_audit.adapters.chain_core import _native

_FLAGS = ("sha_ni", "avx2", "avx512f", "avx512_ifma", "bmi2", "adx")
_SYNCS = 60


def refuse_debug_build() -> None:
    """Stop when the native core is a debug build: its figures mean nothing."""
    assert _native.IS_RELEASE, "The native core is a debug build; run `make build`."


def described(folder: Path) -> str:
    """Return one line on this machine: cores, processor and its flags, system, and how long `folder`'s disk flushes."""
    info = _cpu_info()
    model = info.get("model name", platform.processor() or "unknown processor").strip()
    flags = " ".join(flag for flag in _FLAGS if flag in info.get("flags", "").split()) or "none of note"
    load = os.getloadavg()[0]
    return (
        f"{len(os.sched_getaffinity(0))} cores, {model} ({flags}), Linux {platform.release()}, "
        f"Python {platform.python_version()}, fdatasync {flush_ms(folder):.2f} ms, load {load:.1f} at the start"
    )


def flush_ms(folder: Path) -> float:
    """Return the median time in which 1 kB appended to a file of `folder` reaches the disk, in milliseconds."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        return median(_flush(file.fileno()) for _ in range(_SYNCS)) * 1000


def _flush(descriptor: int) -> float:
    began = perf_counter()
    os.write(descriptor, bytes(1024))
    os.fdatasync(descriptor)
    return perf_counter() - began


def _cpu_info() -> dict[str, str]:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")[0]
    except OSError:
        return {}
    lines = (line.partition(":") for line in text.splitlines())
    return {name.strip(): value for name, _, value in lines}
