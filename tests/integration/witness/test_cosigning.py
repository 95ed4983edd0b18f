"""A quorum of real witnesses over loopback: one may be down, two may not, and a trail cannot have two faces."""

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Program
from tests.cli.test_verify import damaged
from tests.integration.witness.conftest import Council, repository_at

from ami_audit.domain.checkpoint import SignedCheckpoint


def _asked(shop: Program, council: Council, *words: str, code: int = 0) -> dict[str, Any]:
    done = shop("checkpoint", "cosign", "--policy", str(council.file), "--format=json", *words, code=code)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _outcomes(answer: dict[str, Any]) -> list[str]:
    return [each["outcome"] for each in answer["outcomes"]]


def _level(shop: Program, council: Council, code: int = 0) -> str:
    words = ("verify", "--policy", str(council.file), "--require=witnessed", "--format=json")
    verdict = json.loads(shop(*words, code=code).stdout)
    assert not verdict["faults"]
    counts = verdict["witnesses"]
    return f"{verdict['level']} {counts['cosigned']}/{counts['witnesses']}"


def test_four_up_and_one_down_is_enough(shop: Program, council: Council) -> None:
    """n=5, f=1: one witness may fail at any time."""
    council.stop(2)
    answer = _asked(shop, council)
    assert _outcomes(answer) == ["cosigned", "cosigned", "unreachable", "cosigned", "cosigned"]
    assert (answer["cosigned"], answer["witnesses"], answer["required"], answer["is_reached"]) == (4, 5, 4, True)
    assert len(SignedCheckpoint.parse(answer["note"]).signatures) == 5
    assert shop("checkpoint", "show").stdout == answer["note"]
    assert _level(shop, council) == "witnessed 4/5"
    assert "Proven to: witnessed 4/5" in shop("verify", "--policy", str(council.file)).stdout


def test_three_up_fails_closed(shop: Program, council: Council) -> None:
    """Too few is a failure, and what the three said is kept for the next try."""
    council.stop(0, 4)
    assert _outcomes(_asked(shop, council, code=1)) == [
        "unreachable",
        "cosigned",
        "cosigned",
        "cosigned",
        "unreachable",
    ]
    assert _level(shop, council, code=1) == "checkpoint 3/5"
    told = shop("checkpoint", "cosign", "--policy", str(council.file), code=1).stderr
    assert "Of 5 witnesses 3 have cosigned the checkpoint" in told
    council.witnesses[0].start()
    council.write({})
    assert _outcomes(_asked(shop, council)) == ["cosigned", "kept", "kept", "kept", "unreachable"]
    assert _level(shop, council) == "witnessed 4/5"


def test_three_up_only_warns_when_that_is_the_policy(shop: Program, council: Council) -> None:
    """By the option, or by a setting that everybody in the team shares."""
    council.stop(0, 4)
    assert "only a warning" in shop("checkpoint", "cosign", "--policy", str(council.file), "--warn").stderr
    environment = {"AMI_AUDIT_QUORUM_MISSED": "warn", "AMI_AUDIT_QUORUM_POLICY": str(council.file)}
    assert "only a warning" in shop("checkpoint", "cosign", environment=environment).stderr
    assert _level(shop, council, code=1) == "checkpoint 3/5"


@contextmanager
def _answering(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server on loopback that does whatever it likes with each connection; ended in any case."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        over = threading.Event()
        open_connections: list[socket.socket] = []

        def serve() -> None:
            listening.settimeout(0.2)
            while not over.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                open_connections.append(connection)
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()
            thread.join()
            for connection in open_connections:
                connection.close()


def _trickle(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(100):
        try:
            connection.sendall(b"x")
        except OSError:
            return
        time.sleep(0.1)


def _sent(raw: bytes) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(raw)
        connection.close()

    return send


_ANSWERS: dict[str, tuple[Callable[[socket.socket], None], str]] = {
    "silent": (lambda _: None, "no answer within 2 s"),
    "trickling": (_trickle, "no answer within 2 s"),
    "closing at once": (lambda connection: connection.close(), ""),
    "speaking something else": (_sent(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "not HTTP"),
    "endless": (_sent(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 300_000), "too long"),
    "promising too much": (_sent(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), "too long"),
    "chunked": (_sent(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n"), "cannot be read"),
    "redirecting": (_sent(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"), "302"),
    "refusing": (_sent(b"HTTP/1.1 503 Busy\r\nContent-Length: 5\r\n\r\nbusy\n"), "503 busy"),
    "saying a size that we sent": (
        _sent(b"HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\nContent-Length: 2\r\n\r\n0\n"),
        "409 0",
    ),
    "saying no size": (
        _sent(b"HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\nContent-Length: 2\r\n\r\nx\n"),
        "not a tree size",
    ),
    "saying a size beyond ours": (
        _sent(b"HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\nContent-Length: 5\r\n\r\n9999\n"),
        "cut, set back or forked",
    ),
}


@pytest.mark.parametrize("manner", _ANSWERS)
def test_a_witness_that_misbehaves_holds_nobody_up(shop: Program, council: Council, manner: str) -> None:
    """Four others are enough; the fifth costs its own time at most, and what it said is told."""
    answer, detail = _ANSWERS[manner]
    with _answering(answer) as url:
        council.write({3: url})
        began = time.monotonic()
        told = _asked(shop, council, "--timeout=2")
    assert time.monotonic() - began < 15
    assert _outcomes(told).count("cosigned") == 4
    assert told["outcomes"][3]["outcome"] in {"unreachable", "refused"}
    assert detail in told["outcomes"][3]["detail"]


def test_an_answer_by_another_key_is_not_counted(shop: Program, council: Council) -> None:
    """The policy's keys decide, whoever answers at its addresses: two names for one witness are one witness."""
    council.write(dict.fromkeys(range(5), council.witnesses[0].url))
    told = _asked(shop, council, code=1)
    assert told["cosigned"] == 1
    assert {each["detail"] for each in told["outcomes"][1:]} == {
        "it answered without a cosignature by the key that the policy names"
    }


def test_growth_is_cosigned_from_where_each_witness_stands(
    shop: Program, council: Council, grow: Callable[[], None]
) -> None:
    """One that missed some checkpoints is told so, and proves the whole way."""
    _asked(shop, council)
    for _ in range(2):
        grow()
        council.stop(1)
        _asked(shop, council)
    grow()
    council.witnesses[1].start()
    assert _outcomes(_asked(shop, council)) == ["cosigned"] * 5
    assert _level(shop, council) == "witnessed 5/5"


def test_a_witness_of_which_nothing_is_kept_says_where_it_stands(
    shop: Program, council: Council, grow: Callable[[], None], tmp_path: Path
) -> None:
    """Cosignatures that were lost with a backup are asked for again: the answer 409 says from where."""
    backup = (shop.folder / ".audit" / "audit.db").read_bytes()
    _asked(shop, council)
    (shop.folder / ".audit" / "audit.db").write_bytes(backup)
    grow()
    assert _outcomes(_asked(shop, council)) == ["cosigned"] * 5


def test_two_faces_shown_to_two_sets_of_witnesses_are_never_both_witnessed(
    shop: Program, council: Council, tmp_path: Path
) -> None:
    """The owner, with every key, forks the trail and shows one face to some witnesses and another to the others."""
    other = Program(tmp_path / "other", tmp_path / "home2")
    shutil.copytree(shop.folder, other.folder)
    shutil.copytree(shop.home, other.home)
    for program, name in ((shop, "left"), (other, "right")):
        repository_at(program.folder).commit({f"{name}.py": name}, message=name)
        program("repo", "--sources=git")
    reached = []
    for program, hidden in ((shop, {3, 4}), (other, {0, 1, 2})):
        council.write(dict.fromkeys(hidden, "http://127.0.0.1:9"))
        reached.append(_asked(program, council, "--timeout=3", code=1)["cosigned"])
    assert reached == [3, 2]
    council.write({})
    told = [_asked(program, council, code=1) for program in (shop, other)]
    assert [each["cosigned"] for each in told] == [3, 2]
    assert "forked" in told[0]["outcomes"][4]["detail"]
    assert "forked" in told[1]["outcomes"][0]["detail"]
    assert _level(shop, council, code=1) == "checkpoint 3/5"
    assert _level(other, council, code=1) == "checkpoint 2/5"


def test_a_cosignature_that_was_changed_is_named(shop: Program, council: Council) -> None:
    """Without knowing any witness: the row holds the key that checks it."""
    _asked(shop, council)
    damaged(repository_at(shop.folder), "UPDATE cosignatures SET signature = zeroblob(72) WHERE witness LIKE '%w3+%'")
    verdict = json.loads(shop("verify", "--policy", str(council.file), "--format=json", code=1).stdout)
    (fault,) = verdict["faults"]
    assert (fault["check"], fault["breaks"], verdict["level"]) == ("cosignature", "witnessed", "checkpoint")
    assert "example.org/w3" in fault["where"]


def test_cosignatures_can_be_carried(shop: Program, council: Council, grow: Callable[[], None], tmp_path: Path) -> None:
    """The air gap: a request goes out as a file, lines come back as one, and both sides check them."""
    request, lines = str(tmp_path / "request"), str(tmp_path / "lines")
    policy = ("--policy", str(council.file))
    for size in ("first", "later"):
        for number in range(2):
            folder = str(council.witnesses[number].folder)
            shop("checkpoint", "cosign", *policy, "--request", request, "--witness", f"w{number + 1}")
            shop("witness", "sign", request, "--state", folder, "--output", lines)
            shop("checkpoint", "add", lines, *policy)
        assert _level(shop, council, code=1) == "checkpoint 2/5", size
        grow()
    shop("checkpoint", "cosign", *policy, "--request", request, "--from=0")
    assert "make a request from there" in shop("witness", "sign", request, "--state", folder, code=1).stderr
    Path(lines).write_text("\u2014 example.org/w1 AAAAAAAA\n", encoding="utf-8")
    assert "No line of it is a cosignature" in shop("checkpoint", "add", lines, *policy, code=2).stderr
    Path(lines).write_text("nothing\n", encoding="utf-8")
    assert "cosignature file:" in shop("checkpoint", "add", lines, *policy, code=2).stderr


def test_what_cannot_be_asked_is_said_in_one_sentence(shop: Program, council: Council, tmp_path: Path) -> None:
    """No policy, a bad one, one about another trail."""
    assert "No policy says which witnesses to ask" in shop("checkpoint", "cosign", code=2).stderr
    bad = tmp_path / "bad.policy"
    bad.write_text("quorum nobody\n", encoding="utf-8")
    told = shop("checkpoint", "cosign", "--policy", str(bad), code=2).stderr
    assert told == f"ami-audit: {bad}: policy, line 1: `nobody` is no witness or group named before\n"
    bad.write_text(f"log {council.witnesses[0].key}\nquorum none\n".replace("+", "x", 1), encoding="utf-8")
    assert "policy, line 1" in shop("verify", "--policy", str(bad), code=2).stderr
    missing = shop("verify", "--policy", str(tmp_path / "gone"), code=2).stderr
    assert missing == f"ami-audit: {tmp_path / 'gone'}: it cannot be read: No such file or directory\n"
