"""Is the search for a nonce bounded, interruptible and alone on the machine's threads?"""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from ami_audit.adapters.chain_core.core import NativeCore

_CORE = NativeCore()
_HEADER = (_CORE.record_tag("example.org/trail"), bytes(32), bytes(32))

# Mines for ever, says when it begins, and exits with 3 when Ctrl-C reaches it as KeyboardInterrupt.
_MINER = """
import sys
from ami_audit.adapters.chain_core import _native
print("mining", flush=True)
try:
    _native.search_nonce(bytes(32), bytes(32), bytes(32), difficulty_bits=256, start=0, budget=2**63, threads={threads})
except KeyboardInterrupt:
    sys.exit(3)
"""


@pytest.mark.parametrize("threads", [1, 0])
def test_ctrl_c_ends_a_search_at_once(threads: int, record_property: object) -> None:
    """The promise is 0.2 s; the bound here leaves room for a machine that is busy with other tests."""
    miner = subprocess.Popen([sys.executable, "-c", _MINER.format(threads=threads)], stdout=subprocess.PIPE)
    assert miner.stdout is not None
    with miner, miner.stdout:
        assert miner.stdout.readline() == b"mining\n"
        time.sleep(0.3)
        began = time.monotonic()
        miner.send_signal(signal.SIGINT)
        assert miner.wait(timeout=30) == 3
        taken = time.monotonic() - began
    assert callable(record_property)
    record_property(f"Ctrl-C while mining, threads={threads}", f"{taken * 1000:.0f} ms to the end of the process")
    assert taken < 3


def test_a_search_leaves_the_interpreter_to_other_threads() -> None:
    """The GIL is released: a long search must not stop the program around it."""
    ticks: list[float] = []
    is_over = threading.Event()

    def tick() -> None:
        while not is_over.wait(0.001):
            ticks.append(time.monotonic())

    other = threading.Thread(target=tick)
    other.start()
    _CORE.search_nonce(*_HEADER, difficulty_bits=256, start=0, budget=3_000_000, threads=1)
    is_over.set()
    other.join()
    assert len(ticks) >= 5


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # Python 3.12 warns where threads run
def test_a_search_goes_on_in_a_forked_child() -> None:
    """The parent's threads do not come along: a child that waited for them would wait for ever."""
    wanted = {"difficulty_bits": 18, "start": 0, "budget": 1 << 24, "threads": 0}
    expected = _CORE.search_nonce(*_HEADER, **wanted)
    child = os.fork()
    if child == 0:
        os._exit(0 if _CORE.search_nonce(*_HEADER, **wanted) == expected else 1)
    deadline = time.monotonic() + 60
    while (answer := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < deadline:
        time.sleep(0.01)
    if answer == (0, 0):
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert answer == (child, 0)


def test_a_budget_that_is_used_up_answers_none() -> None:
    """No call is unbounded; the caller goes on where the last one ended."""
    assert _CORE.search_nonce(*_HEADER, difficulty_bits=256, start=5, budget=10_000, threads=2) is None
    assert _CORE.search_nonce(*_HEADER, difficulty_bits=0, start=5, budget=0, threads=1) is None


@pytest.mark.parametrize("difficulty_bits", [257, 1000])
def test_more_bits_than_a_hash_has_are_misuse(difficulty_bits: int) -> None:
    """No nonce could ever meet them."""
    with pytest.raises(ValueError, match="difficulty_bits"):
        _CORE.search_nonce(*_HEADER, difficulty_bits=difficulty_bits, start=0, budget=1, threads=1)
