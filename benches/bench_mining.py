"""Tries for a nonce, beside a loop over hashlib and OpenSSL's own rate of SHA-256 blocks.

A try is the second block of a 104-byte header: one SHA-256 block, so that tries and OpenSSL's blocks of 64 bytes in a
16 KiB buffer compare one to one. The difficulty is 256 bits, which is never met: every try of the budget is made.
"""

import hashlib
import os
import re
import subprocess

from duel import Duel, Line, Side
from outcome import begin, tell

from ami_audit.adapters.chain_core.core import NativeCore

_CORE = NativeCore()
_TAG, _PREVIOUS, _PAYLOAD = (hashlib.sha256(bytes([number])).digest() for number in range(3))
_OUR_TRIES = 20_000_000
_LOOP_TRIES = 500_000
_CORES = len(os.sched_getaffinity(0))


def _search(tries: int, threads: int) -> int:
    found = _CORE.search_nonce(_TAG, _PREVIOUS, _PAYLOAD, difficulty_bits=256, start=0, budget=tries, threads=threads)
    assert found is None
    return tries


def _loop() -> int:
    """Try nonces as fast as plain Python can: from a copied state, two bytes of the digest looked at."""
    state = hashlib.sha256(_TAG + _PREVIOUS)
    for nonce in range(_LOOP_TRIES):
        attempt = state.copy()
        attempt.update(_PAYLOAD + nonce.to_bytes(8))
        if attempt.digest() < b"\0\0\0\0\0\0\0\0\0\0":
            raise AssertionError("80 zero bits do not happen")
    return _LOOP_TRIES


def _whole_loop() -> int:
    """Try nonces with one call a try, the whole header each time."""
    header, sha256 = _TAG + _PREVIOUS + _PAYLOAD, hashlib.sha256
    for nonce in range(_LOOP_TRIES):
        if sha256(header + nonce.to_bytes(8)).digest() < b"\0\0\0\0\0\0\0\0\0\0":
            raise AssertionError("80 zero bits do not happen")
    return _LOOP_TRIES


def _openssl() -> int:
    """Return how many blocks OpenSSL hashes in the second that it is given."""
    answer = subprocess.run(
        ["openssl", "speed", "-mr", "-seconds", "1", "-bytes", "16384", "-evp", "sha256"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    # `+R:count:name:seconds`: how many buffers were hashed in how long; starting the program is not counted.
    buffers, seconds = re.findall(r"\+R:(\d+):[^:]*:([\d.]+)", answer.stdout + answer.stderr)[-1]
    return round(int(buffers) * (16384 / 64) / float(seconds))


def _lines() -> list[Line]:
    duel = Duel(
        {
            "one": Side("ours, 1 thread", lambda: _search(_OUR_TRIES, 1)),
            "all": Side(f"ours, {_CORES} threads", lambda: _search(_CORES * _OUR_TRIES, 0)),
            "copy": Side("hashlib loop from a copied state", _loop),
            "loop": Side("hashlib loop over the header", _whole_loop),
        }
    ).run()
    lines = [
        duel.line("mining, tries", "one", "loop", unit="tries", goal=">= 12"),
        duel.line("mining, tries", "one", "copy", unit="tries"),
        duel.line("mining, tries", "all", "loop", unit="tries", note="all cores"),
    ]
    return [*lines, _against_openssl()]


def _against_openssl() -> Line:
    duel = Duel(
        {
            "one": Side("ours, 1 thread", lambda: _search(_OUR_TRIES, 1)),
            "openssl": Side("`openssl speed -bytes 16384 -evp sha256`, 1 core", _openssl),
        }
    ).run()
    # OpenSSL counts processor time, so ours is counted so too; its units are already of one second.
    duel.measures["one"] = [measure._replace(wall_s=measure.cpu_s) for measure in duel.measures["one"]]
    duel.measures["openssl"] = [measure._replace(wall_s=1.0, cpu_s=1.0) for measure in duel.measures["openssl"]]
    return duel.line("mining, SHA-256 blocks", "one", "openssl", unit="blocks", goal=">= 0.9", note="by processor time")


if __name__ == "__main__":
    begin("mining")
    tell("mining", _lines())
