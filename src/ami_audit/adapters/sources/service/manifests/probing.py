"""Which probes a declared service gets: those its manifest names, and those its ports and image suggest."""

from typing import Any
from urllib.parse import urlsplit

from ami_audit.adapters.sources.service.declared import Port, Probe
from ami_audit.adapters.sources.service.manifests.values import Taker

_BY_INNER = {5432: "postgres", 6379: "redis", 8080: "http", 80: "http", 443: "https", 8443: "https"}
_BY_WORD = {
    "postgres": "postgres",
    "postgis": "postgres",
    "pgvector": "postgres",
    "timescale": "postgres",
    "redis": "redis",
    "valkey": "redis",
    "dgraph": "dgraph",
}
_OWN_PORT = {"postgres": 5432, "redis": 6379, "dgraph": 8080}
_KINDS = frozenset({"tcp", "http", "https", "postgres", "redis", "dgraph"})


def protocol_of(image: str, name: str, port: Port) -> str:
    """Return by which protocol a port is asked: by its image or name where they say so, else a plain connection."""
    inner = port.inner or port.number
    for word, protocol in _BY_WORD.items():
        if word in image.lower() or word in name.lower():
            return protocol if inner == _OWN_PORT[protocol] else "tcp"
    protocol = _BY_INNER.get(inner, "tcp")
    return protocol if protocol in {"postgres", "redis"} else "tcp"


def probes_of_ports(ports: tuple[Port, ...], *, image: str, name: str) -> tuple[Probe, ...]:
    """Return a probe for each TCP port."""
    return tuple(
        Probe(protocol_of(image, name, port), host=port.host, port=port.number, path="/health", origin="ports")
        for port in ports
        if port.protocol == "tcp"
    )


def probes_of_health(take: Taker, health: object, *, where: str, cwd: str, about: str) -> tuple[Probe, ...]:
    """Return the probes that a `health` mapping names: `tcp`, `http`, `command`, or a protocol by its name.

    Args:
        take: Takes values and keeps faults.
        health: What stands under `health`.
        where: Its place in the manifest.
        cwd: Where a command runs.
        about: The service's name and tags: a TCP check of a Postgres is asked as one.
    """
    found: list[Probe] = []
    for kind, said in take.mapping(health, where).items():
        place = f"{where}.{kind}"
        if kind == "command":
            value = said.get("command", said.get("test")) if isinstance(said, dict) else said
            timeout_s = take.seconds(said.get("timeout"), f"{place}.timeout") if isinstance(said, dict) else None
            if words := take.command(value, place):
                found.append(Probe("command", command=words, cwd=cwd, timeout_s=timeout_s, origin="health.command"))
        elif kind in _KINDS:
            probe = _asked(take, kind, said, where=place)
            found += [_as_protocol(probe, about)] if probe else []
    return tuple(found)


def _asked(take: Taker, kind: str, said: object, *, where: str) -> Probe | None:
    if isinstance(said, str):
        return _of_address(take, kind, said, where=where)
    facts = take.mapping(said, where)
    timeout_s = take.seconds(facts.get("timeout"), f"{where}.timeout")
    if "url" in facts:
        probe = _of_address(take, kind, take.text(facts["url"], f"{where}.url"), where=f"{where}.url")
        return probe._replace(timeout_s=timeout_s) if probe else None
    port = take.port(facts.get("port"), f"{where}.port")
    if not port:
        if facts and "port" not in facts:
            take.told("manifest-type", f"`{where}` names no port; it is left out")
        return None
    host = take.text(facts.get("host"), f"{where}.host")
    path = take.text(facts.get("path"), f"{where}.path") or ("/health" if kind == "dgraph" else "/")
    return Probe(kind, host=host, port=port, path=path, timeout_s=timeout_s, origin=f"health.{kind}")


def _of_address(take: Taker, kind: str, text: str, *, where: str) -> Probe | None:
    """Return the probe of `http://host:port/path`, or of `host:port`."""
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        port, host, parts = None, "", urlsplit("")
    kind = parts.scheme if parts.scheme in {"http", "https"} else kind
    port = port or {"http": 80, "https": 443}.get(kind)
    if not host or not port:
        take.told("manifest-type", f"`{where}` is no address; it is left out")
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Probe(kind, host=host, port=port, path=path, origin=f"health.{kind}")


def _as_protocol(probe: Probe, about: str) -> Probe:
    if probe.kind != "tcp":
        return probe
    kind = protocol_of("", about, Port(probe.port))
    return probe._replace(kind=kind, path="/health" if kind == "dgraph" else probe.path)


def health_of_compose(take: Taker, said: object, where: str) -> dict[str, Any]:
    """Return a Compose health check's facts; its command runs in the container, and Docker tells how it went."""
    facts = take.mapping(said, where)
    test = facts.get("test")
    words = test if isinstance(test, list) else [test] if isinstance(test, str) else []
    found: dict[str, Any] = {"test": words} if words else {}
    for name in ("interval", "timeout", "start_period"):
        seconds = take.seconds(facts.get(name), f"{where}.{name}")
        if seconds is not None:
            found[f"{name}_s"] = seconds
    if facts.get("disable") is True or words[:1] == ["NONE"]:
        found["disabled"] = True
    return found
