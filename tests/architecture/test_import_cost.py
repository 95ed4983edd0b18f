"""What does `import ami_audit` cost somebody who only wants to write one record?"""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable

import pytest

_DRIVERS = (
    "apsw",
    "asyncpg",
    "docker",
    "mcp",
    "msgspec",
    "orjson",
    "psutil",
    "pydgraph",
    "pygit2",
    "redis",
    "rich",
    "typer",
)

_PROBE = """
import json, sys, time
start = time.perf_counter()
import ami_audit
imported = time.perf_counter()
from ami_audit.domain.installed import arithmetic
modules = sorted(sys.modules)
arithmetic()
print(json.dumps({
    "import_ms": 1000 * (imported - start),
    "native_ms": 1000 * (time.perf_counter() - imported),
    "modules": modules,
}))
"""


def _probed() -> dict[str, object]:
    answer = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True, check=True, timeout=60)
    found: dict[str, object] = json.loads(answer.stdout)
    return found


def test_importing_the_package_loads_no_driver() -> None:
    """A library of the world is loaded by the adapter that uses it, when it is used."""
    loaded = _probed()["modules"]
    assert isinstance(loaded, list)
    assert [name for name in _DRIVERS if name in loaded] == []


def test_the_time_of_an_import_is_reported(record_property: Callable[[str, object], None]) -> None:
    """Reported, not judged: a time asserted on a busy machine fails for the wrong reason."""
    probes = [_probed() for _ in range(5)]
    for figure, name in (("import_ms", "import ami_audit, ms"), ("native_ms", "first use of the native core, ms")):
        middle = statistics.median(float(str(probe[figure])) for probe in probes)
        record_property(name, round(middle, 1))
        assert middle > 0


@pytest.mark.parametrize("floor", ["domain.record", "ports.stores"])
def test_a_floor_alone_does_not_pull_in_the_adapters(floor: str) -> None:
    """What only needs a noun must not pay for the world."""
    code = f"import sys, ami_audit.{floor}; print([n for n in sys.modules if n in {_DRIVERS!r}])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout.strip() == "[]"
