"""How a witness is asked: one POST on a connection of its own, and never longer than was allowed.

Everything runs on the event loop, so that a witness that answers one byte a minute can be left when the time is up.
"""

import asyncio
import http.client
import io
import re
import ssl
from email.message import Message
from urllib.parse import SplitResult, urlsplit

from ami_audit.domain.errors import WitnessError
from ami_audit.domain.witnessing import WitnessAnswer

_MOST_HEAD_BYTES = 32 * 1024
_MOST_BODY_BYTES = 256 * 1024
_PORTS = {"http": 80, "https": 443}


class HttpWitnessCaller:
    """`WitnessCaller` over HTTP/1.1."""

    async def add_checkpoint(self, url: str, request: bytes, *, timeout_s: float) -> WitnessAnswer:
        """Return what the witness answers.

        Raises:
            WitnessError: There was no answer within the time, or none that can be read.
        """
        place = _split(url)
        try:
            async with asyncio.timeout(timeout_s):
                return await _asked(place, request)
        except TimeoutError as error:
            raise WitnessError(f"no answer within {timeout_s:g} s") from error
        except ConnectionRefusedError as error:
            raise WitnessError("nobody listens there") from error
        except OSError as error:
            raise WitnessError(f"it cannot be reached: {error.strerror or error}") from error
        except (ValueError, EOFError, http.client.HTTPException, asyncio.LimitOverrunError) as error:
            raise WitnessError("its answer is not HTTP, cut off or too long") from error


async def _asked(place: SplitResult, request: bytes) -> WitnessAnswer:
    context = ssl.create_default_context() if place.scheme == "https" else None
    port = place.port or _PORTS[place.scheme]
    reader, writer = await asyncio.open_connection(place.hostname, port, ssl=context, limit=_MOST_HEAD_BYTES)
    try:
        writer.write(_head(place, len(request)) + request)
        await writer.drain()
        return await _answer(reader)
    finally:
        writer.transport.abort()


def _split(url: str) -> SplitResult:
    try:
        place = urlsplit(url)
        if place.scheme in _PORTS and place.hostname and place.port != 0 and re.fullmatch("[!-~]+", url):
            return place
    except ValueError:
        pass
    raise WitnessError(f"`{url}` is no address; a witness's begins with http:// or https://")


def _head(place: SplitResult, length: int) -> bytes:
    host = place.netloc.rpartition("@")[2]
    lines = (
        f"POST {place.path.rstrip('/')}/add-checkpoint HTTP/1.1",
        f"Host: {host}",
        "Connection: close",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {length}",
    )
    return "\r\n".join((*lines, "", "")).encode()


async def _answer(reader: asyncio.StreamReader) -> WitnessAnswer:
    first, _, rest = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
    version, status, *_ = first.decode("latin-1").split(" ")
    if not version.startswith("HTTP/1.") or len(status) != 3:
        raise ValueError(version)
    headers = http.client.parse_headers(io.BytesIO(rest))
    body = await _body(reader, headers)
    return WitnessAnswer(int(status), body.decode(), headers.get("Content-Type", ""))


async def _body(reader: asyncio.StreamReader, headers: Message) -> bytes:
    if headers.get("Transfer-Encoding", "").lower() == "chunked":
        return await _chunked(reader)
    length = headers.get("Content-Length")
    if length is None:
        body = await reader.read(_MOST_BODY_BYTES + 1)
        while body and (more := await reader.read(_MOST_BODY_BYTES + 1 - len(body))):
            body += more
        return _small_enough(body)
    if not length.isdecimal() or int(length) > _MOST_BODY_BYTES:
        raise ValueError(length)
    return await reader.readexactly(int(length))


async def _chunked(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while True:
        size = int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16)
        if size == 0:
            return body
        if not 0 < size <= _MOST_BODY_BYTES:
            raise ValueError(size)
        body = _small_enough(body + (await reader.readexactly(size + 2))[:size])


def _small_enough(body: bytes) -> bytes:
    if len(body) > _MOST_BODY_BYTES:
        raise ValueError(len(body))
    return body
