"""The witness as a process: killed, asked by many at once, asked badly, and without a network."""

import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.support.logs import GrowingLog
from tests.support.witness_processes import PROGRAM, WitnessProcess, asked, running

_LOG = GrowingLog("example.org/trail")


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[WitnessProcess]:
    """A witness that serves one trail."""
    with running(tmp_path / "w", name="example.org/w1", logs=[_LOG.key]) as process:
        yield process


def test_what_was_answered_survives_being_killed(witness: WitnessProcess) -> None:
    """A witness that forgets what it signed can be shown another face."""
    size = 0
    for new in (2, 5, 9):
        assert witness.ask(_LOG.request(size, new)).status == 200
        witness.stop(hard=True)
        witness.start()
        size = new
        assert witness.ask(_LOG.request(0, 20)).body == f"{new}\n"
    assert witness.ask(GrowingLog("example.org/trail", face="b").request(9, 9)).status == 422


def test_of_many_faces_shown_at_once_exactly_one_is_cosigned(witness: WitnessProcess) -> None:
    """The check and the writing are one step, whatever the timing."""
    faces = [GrowingLog("example.org/trail", face=str(number)) for number in range(16)]
    requests = [face.request(0, 3 + number % 2) for number, face in enumerate(faces)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(witness.ask, requests))
    assert sorted(answer.status for answer in answers) == [200] + [409] * 15
    (winner,) = [index for index, answer in enumerate(answers) if answer.status == 200]
    assert witness.remembered() == [faces[winner].checkpoint(3 + winner % 2).note()]
    assert {answer.body for answer in answers if answer.status == 409} == {f"{3 + winner % 2}\n"}


def test_two_processes_may_share_one_memory(witness: WitnessProcess, tmp_path: Path) -> None:
    """Whoever starts it twice by mistake must not make it sign twice."""
    words = ["witness", "serve", "--state", str(witness.folder), "--listen", "127.0.0.1:0", "-q"]
    with subprocess.Popen([PROGRAM, *words], stdout=subprocess.PIPE, text=True) as twin:
        try:
            assert twin.stdout is not None
            url = twin.stdout.readline().strip()
            faces = [GrowingLog("example.org/trail", face=str(number)) for number in range(8)]
            with ThreadPoolExecutor(8) as pool:
                places = [url if number % 2 else witness.url for number in range(8)]
                answers = list(
                    pool.map(lambda pair: asked(pair[0], pair[1].request(0, 3)), zip(places, faces, strict=True))
                )
        finally:
            twin.kill()
    assert sorted(answer.status for answer in answers) == [200] + [409] * 7


def test_a_bad_request_costs_its_sender_only(witness: WitnessProcess) -> None:
    """Each way of asking badly has its code, and the next one is served."""
    assert asked(witness.url, b"\xff\xfe").status == 400
    assert asked(witness.url, b"x" * (256 * 1024 + 1)).status == 413
    assert asked(witness.url, "", path="/elsewhere").status == 404
    assert asked(witness.url, "", method="GET").status == 405
    assert asked(witness.url, "", method="PUT").status == 501
    assert b" 411 " in _raw(witness, b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n\r\n")
    assert b" 400 " in _raw(witness, b"nonsense\r\n\r\n")
    assert _raw(witness, b"") == b""
    assert witness.ask(_LOG.request(0, 3)).status == 200


def test_a_caller_who_sends_slowly_holds_nobody_up(witness: WitnessProcess) -> None:
    """One byte now and then keeps a thread, not the witness, and not for ever."""
    place = urlsplit(witness.url)
    slow = [socket.create_connection((place.hostname or "", place.port or 0)) for _ in range(8)]
    try:
        for connection in slow:
            connection.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 1000\r\n\r\nold")
        began = time.monotonic()
        assert witness.ask(_LOG.request(0, 3)).status == 200
        assert time.monotonic() - began < 5
        for _ in range(20):
            time.sleep(0.6)
            if _is_closed(slow[0]):
                break
            slow[0].sendall(b" ")
        assert b" 408 " in _rest(slow[0])
    finally:
        for connection in slow:
            connection.close()


def test_a_connection_serves_several_requests(witness: WitnessProcess) -> None:
    """Keep-alive, as the specification asks."""
    place = urlsplit(witness.url)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=20) as connection:
        for old, new in ((0, 3), (3, 5)):
            body = _LOG.request(old, new).encode()
            connection.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            answer = HTTPResponse(connection)
            answer.begin()
            assert answer.status == 200
            assert answer.read()


def test_sigterm_ends_it_cleanly(witness: WitnessProcess) -> None:
    """A service manager stops it so."""
    assert witness.ask(_LOG.request(0, 3)).status == 200
    assert witness.stop() == 0


def test_a_trail_may_be_added_later(witness: WitnessProcess) -> None:
    """Also a trail's new key, after a rotation."""
    other = GrowingLog("example.org/other")
    assert witness.ask(other.request(0, 3)).status == 404
    witness.stop()
    witness.serve_also(other.key)
    witness.start()
    assert witness.ask(other.request(0, 3)).status == 200


def test_a_request_can_be_cosigned_without_a_network(tmp_path: Path) -> None:
    """The file that is carried is the request, and what comes back are the lines; memory is the same as over HTTP."""
    process = WitnessProcess(tmp_path / "w", name="example.org/w1", logs=[_LOG.key])
    assert _signed(process, _LOG.request(0, 3), code=0).stdout.startswith("\u2014 example.org/w1 ")
    assert "make a request from there: `--from 3`" in _signed(process, _LOG.request(0, 5), code=1).stderr
    assert "does not hold" in _signed(process, GrowingLog("example.org/trail", face="b").request(3, 5), code=1).stderr
    assert _signed(process, _LOG.request(3, 5), code=0).stdout
    missing = subprocess.run(
        [PROGRAM, "witness", "sign", "nowhere", "--state", str(process.folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (missing.returncode, missing.stderr) == (
        2,
        "ami-audit: The request `nowhere` cannot be read: No such file or directory.\n",
    )


def test_a_folder_without_a_witness_is_said_to_be_one(tmp_path: Path) -> None:
    """One sentence, and what to do."""
    words = ["witness", "serve", "--state", str(tmp_path)]
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "no witness lives here; make one with `ami-audit witness init" in done.stderr


def _signed(process: WitnessProcess, text: str, *, code: int) -> subprocess.CompletedProcess[str]:
    file = process.folder.with_suffix(".request")
    file.write_text(text, encoding="utf-8")
    words = ["witness", "sign", str(file), "--state", str(process.folder)]
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code, done
    return done


def _raw(witness: WitnessProcess, sent: bytes) -> bytes:
    place = urlsplit(witness.url)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=20) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return _rest(connection)


def _rest(connection: socket.socket) -> bytes:
    connection.settimeout(20)
    parts = []
    while part := connection.recv(4096):
        parts.append(part)
    return b"".join(parts)


def _is_closed(connection: socket.socket) -> bool:
    connection.settimeout(0)
    try:
        return connection.recv(1, socket.MSG_PEEK) is not None
    except BlockingIOError:
        return False
    finally:
        connection.settimeout(20)
