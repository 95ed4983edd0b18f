"""Health of Postgres and Redis by their own protocols; without credentials nothing is logged in to."""

import asyncio
import struct
from collections.abc import Mapping

from ami_audit.adapters.sources.service.health.answer import Said, Unwell
from ami_audit.adapters.sources.service.health.connecting import Address, addresses_of, closed
from ami_audit.adapters.sources.service.masking import masked_text

_SSL_REQUEST = struct.pack("!II", 8, 80_877_103)
_PROTOCOL_3 = 196_608
_LARGEST_MESSAGE = 1 << 16
# Postgres is there and does not take work: starting up, shutting down, full (appendix A of its manual).
_NOT_READY = {"57P03": "it is starting up", "57P01": "it is shutting down", "53300": "it takes no more connections"}


async def ask_postgres(address: Address, environment: Mapping[str, str]) -> Said:
    """Ask as far as the question for a password; log in only where the user's environment says how.

    Raises:
        Unwell: It is no Postgres, or says that it takes no work.
        OSError: It is not there.
    """
    reader, writer = await address.connected()
    try:
        writer.write(_SSL_REQUEST)
        tls = await reader.readexactly(1)
        if tls not in {b"S", b"N"}:
            raise Unwell("it does not speak Postgres's protocol")
    except asyncio.IncompleteReadError as error:
        raise Unwell("it does not speak Postgres's protocol: it closed the connection") from error
    finally:
        await closed(writer)
    facts: dict[str, object] = {"tls": tls == b"S"}
    kind, code, said = await _startup(address, environment.get("POSTGRES_USER") or "ami-audit")
    if kind == b"E" and code in _NOT_READY:
        raise Unwell(f"{_NOT_READY[code]} ({code})", facts={**facts, "sqlstate": code})
    if kind == b"E":
        return Said(f"it answers: {said}", {**facts, "sqlstate": code})
    if kind != b"R":
        raise Unwell("it does not speak Postgres's protocol")
    if await _is_of_user(address, environment, prefix="POSTGRES", port=5432):
        return await _login(address, environment, facts)
    return Said(
        "it answers and asks for a login" if code != "0" else "it answers and lets everybody in",
        facts | {"login": code != "0"},
    )


async def _startup(address: Address, user: str) -> tuple[bytes, str, str]:
    """Return the kind of the first message of an answer, and its code and text."""
    reader, writer = await address.connected()
    try:
        parameters = b"user\0" + user.encode() + b"\0database\0postgres\0\0"
        writer.write(struct.pack("!II", 8 + len(parameters), _PROTOCOL_3) + parameters)
        kind = await reader.readexactly(1)
        (length,) = struct.unpack("!I", await reader.readexactly(4))
        if not 4 <= length <= _LARGEST_MESSAGE:
            return b"?", "", ""
        body = await reader.readexactly(length - 4)
    except asyncio.IncompleteReadError:
        return b"?", "", ""
    finally:
        await closed(writer)
    if kind == b"R":
        return kind, str(struct.unpack("!I", body[:4].rjust(4, b"\0"))[0]), ""
    fields = {part[:1]: part[1:].decode("utf-8", "replace") for part in body.split(b"\0") if part}
    return kind, fields.get(b"C", ""), fields.get(b"M", "")


async def _is_of_user(address: Address, environment: Mapping[str, str], *, prefix: str, port: int) -> bool:
    """Return whether the user's credentials are for this address: a manifest cannot send them elsewhere."""
    if not environment.get(f"{prefix}_PASSWORD"):
        return False
    if str(environment.get(f"{prefix}_PORT") or port) != str(address.port):
        return False
    try:
        meant = await addresses_of(environment.get(f"{prefix}_HOST") or "localhost", address.port)
    except OSError:
        return False
    return address.ip in {item.ip for item in meant}


async def _login(address: Address, environment: Mapping[str, str], facts: Mapping[str, object]) -> Said:
    try:
        import asyncpg
    except ImportError:
        return Said("it answers; to log in, install ami-audit[postgres]", {**facts, "login": True})
    try:
        connection = await asyncpg.connect(
            host=address.ip,
            port=address.port,
            user=environment.get("POSTGRES_USER") or "postgres",
            password=environment["POSTGRES_PASSWORD"],
            database=environment.get("POSTGRES_DB") or "postgres",
        )
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unwell(f"the login fails: {masked_text(str(error))[:200]}", facts=facts) from error
    try:
        version = await connection.fetchval("SHOW server_version")
        replica = await connection.fetchval("SELECT pg_is_in_recovery()")
    finally:
        connection.terminate()
    return Said(f"logged in, Postgres {version}", {**facts, "login": True, "version": version, "replica": replica})


async def ask_redis(address: Address, environment: Mapping[str, str]) -> Said:
    """Ask `PING`; with the user's password, as the user.

    Raises:
        Unwell: It is no Redis, or says that it takes no work.
        OSError: It is not there.
    """
    reader, writer = await address.connected()
    try:
        if await _is_of_user(address, environment, prefix="REDIS", port=6379):
            password = environment["REDIS_PASSWORD"].encode()
            writer.write(b"*2\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n" % (len(password), password))
            if not (answer := await _line(reader)).startswith("+"):
                raise Unwell(f"the login fails: {_short(answer)}")
        writer.write(b"PING\r\n")
        answer = await _line(reader)
        if answer.startswith(("-NOAUTH", "-NOPERM")):
            return Said("it answers and asks for a login", {"login": True})
        if answer != "+PONG":
            raise Unwell(_short(answer) if answer.startswith("-") else "it does not speak Redis's protocol")
        writer.write(b"INFO server\r\n")
        version = await _version(reader)
    finally:
        await closed(writer)
    facts: dict[str, object] = {"login": bool(environment.get("REDIS_PASSWORD"))}
    return Said("it answers PING", facts | {"version": version} if version else facts)


async def _line(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n")).decode("utf-8", "replace").strip()
    except asyncio.IncompleteReadError as error:
        raise Unwell("it does not speak Redis's protocol: it closed the connection") from error
    except asyncio.LimitOverrunError as error:
        raise Unwell("it does not speak Redis's protocol") from error


async def _version(reader: asyncio.StreamReader) -> str:
    header = await _line(reader)
    if not header.startswith("$") or not header[1:].isdigit() or int(header[1:]) > _LARGEST_MESSAGE:
        return ""
    text = (await reader.readexactly(int(header[1:]))).decode("utf-8", "replace")
    facts = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return facts.get("redis_version", "").strip()[:40]


def _short(answer: str) -> str:
    return masked_text(answer.lstrip("-"))[:200]
