"""Addresses of services, and connections to them."""

import asyncio
import ipaddress
import socket
import ssl
from typing import NamedTuple

from ami_audit.adapters.sources.service.health.threads import in_thread

# What a manifest writes for "this machine"; 0.0.0.0 is where a server listens, and a client connects to loopback.
_LOOPBACK = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "*": "127.0.0.1", "::": "::1"}  # noqa: S104 (compared)
_LARGEST_ANSWER = 1 << 20


class Address(NamedTuple):
    """One address; `name` is the host as it was written, which a certificate has to be for."""

    ip: str
    port: int
    name: str

    async def connected(
        self, context: ssl.SSLContext | None = None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return a connection.

        Raises:
            OSError: There is none; of TLS, `ssl.SSLError`.
        """
        return await asyncio.open_connection(
            self.ip,
            self.port,
            ssl=context,
            server_hostname=self.name if context else None,
            limit=_LARGEST_ANSWER,
        )


async def addresses_of(host: str, port: int) -> list[Address]:
    """Return the addresses of a host, IPv4 first.

    Raises:
        OSError: Its name is not known.
    """
    name = host.strip("[]")
    written = _LOOPBACK.get(name, name)
    if written == "localhost":
        return [Address("127.0.0.1", port, "localhost"), Address("::1", port, "localhost")]
    if _is_number(written):
        return [Address(written, port, written)]
    # The resolver has no timeout of its own.
    found = await in_thread(lambda: socket.getaddrinfo(written, port, type=socket.SOCK_STREAM))
    return [Address(str(item[4][0]), port, name) for item in sorted(found, key=lambda item: item[0] != socket.AF_INET)]


def _is_number(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_loopback(address: Address) -> bool:
    """Return whether an address is this machine and nothing else."""
    return ipaddress.ip_address(address.ip.partition("%")[0]).is_loopback


async def closed(writer: asyncio.StreamWriter) -> None:
    """Close a connection without waiting for the other side."""
    writer.close()
    transport = writer.transport
    transport.abort()
    await asyncio.sleep(0)
