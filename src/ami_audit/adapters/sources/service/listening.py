"""Who listens on which port of this machine."""

from collections.abc import Mapping
from typing import NamedTuple

from ami_audit.adapters.sources.service.processes import Process

# Programs that hold a published port for a container.
PROXIES = frozenset({"docker-proxy", "rootlessport", "slirp4netns", "pasta", "conmon"})
_EVERYWHERE = frozenset({"0.0.0.0", "::", "*"})  # noqa: S104 (compared, not bound)


class Listener(NamedTuple):
    """One address that is listened on; the process is None when only its owner may know."""

    port: int
    protocol: str
    address: str
    pid: int | None
    program: str | None

    @property
    def is_everywhere(self) -> bool:
        """Whether other machines can reach it, as far as its address tells."""
        return self.address in _EVERYWHERE


def listeners(processes: Mapping[int, Process]) -> list[Listener]:
    """Return who listens, by port, protocol, address and process.

    Raises:
        ImportError: psutil is not installed.
        OSError: The kernel does not tell.
    """
    import psutil

    try:
        connections = psutil.net_connections("inet")
    except psutil.Error as error:
        raise OSError(str(error)) from error
    found: set[Listener] = set()
    for connection in connections:
        is_tcp = connection.type == 1
        if not connection.laddr or connection.raddr or (is_tcp and connection.status != psutil.CONN_LISTEN):
            continue
        process = processes.get(connection.pid) if connection.pid else None
        address, port = connection.laddr
        found.add(
            Listener(port, "tcp" if is_tcp else "udp", address, connection.pid, process.name if process else None)
        )
    return sorted(found, key=lambda item: (item.port, item.protocol, item.address, item.pid or 0))
