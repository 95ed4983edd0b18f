"""Health by HTTP and HTTPS, with what the certificate says; and of Dgraph, which tells it as JSON."""

import asyncio
import json
import ssl
from datetime import UTC, datetime, timedelta
from typing import Any

from ami_audit.adapters.sources.service.declared import Fault, Probe
from ami_audit.adapters.sources.service.health.answer import Said, Unwell
from ami_audit.adapters.sources.service.health.connecting import Address, closed
from ami_audit.adapters.sources.service.masking import masked_text
from ami_audit.domain.moment import written

_LARGEST_BODY = 256 * 1024
_MOST_HEADERS = 200
_SOON = timedelta(days=30)
# X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which Python has no name for: an expired certificate is to be read, too.
_NO_CHECK_TIME = 0x200000
# OpenSSL's numbers for why a certificate is not accepted (x509_vfy.h).
_EXPIRED, _NOT_YET_VALID = 10, 9
_WRONG_HOST = frozenset({62, 63, 64})


async def ask_http(address: Address, probe: Probe) -> Said:
    """Ask with GET.

    Raises:
        Unwell: It answers with a status from 400 on, or not as HTTP.
        OSError: It is not there.
    """
    reader, writer = await address.connected()
    status, _ = await _get(reader, writer, address, path=probe.path)
    return _judged(status, {}, ())


async def ask_https(address: Address, probe: Probe) -> Said:
    """Ask with GET over TLS; a certificate that is not accepted is read nevertheless, and told.

    Raises:
        Unwell: It answers with a status from 400 on, not as HTTP, or not with TLS.
        OSError: It is not there.
    """
    context = ssl.create_default_context()
    faults: list[Fault] = []
    try:
        reader, writer = await address.connected(context)
    except ssl.SSLCertVerificationError as error:
        faults.append(_rejected(error, f"{address.name}:{address.port}"))
        context = await _without_doubt(address)
        reader, writer = await address.connected(context)
    except ssl.SSLError as error:
        raise Unwell(f"no TLS connection: {(error.reason or 'it failed').lower().replace('_', ' ')}") from error
    certificate = _certificate(writer)
    faults += _expiry(certificate, f"{address.name}:{address.port}", has_expired=_has(faults, "certificate-expired"))
    status, _ = await _get(reader, writer, address, path=probe.path)
    return _judged(status, {"certificate": certificate} if certificate else {}, tuple(faults))


def _has(faults: list[Fault], kind: str) -> bool:
    return any(fault.kind == kind for fault in faults)


async def ask_dgraph(address: Address, probe: Probe) -> Said:
    """Ask Dgraph's `/health`.

    Raises:
        Unwell: It is no Dgraph, or an instance is not healthy.
        OSError: It is not there.
    """
    reader, writer = await address.connected()
    status, body = await _get(reader, writer, address, path=probe.path if probe.path != "/" else "/health")
    if status >= 400:
        raise Unwell(f"it answers with status {status}", facts={"status": status})
    instances = _instances(body)
    unwell = [item for item in instances if item.get("status") != "healthy"]
    facts = {"status": status, "version": str(instances[0].get("version", ""))[:40], "instances": len(instances)}
    if unwell:
        raise Unwell(f"an instance is {str(unwell[0].get('status'))[:60]}", facts=facts)
    return Said(f"healthy, Dgraph {facts['version']}", facts)


def _instances(body: bytes) -> list[dict[str, Any]]:
    try:
        said = json.loads(body)
    except ValueError as error:
        raise Unwell("it does not answer as Dgraph does") from error
    found = [item for item in (said if isinstance(said, list) else [said]) if isinstance(item, dict)]
    if not found or "status" not in found[0]:
        raise Unwell("it does not answer as Dgraph does")
    return found


def _judged(status: int, facts: dict[str, Any], faults: tuple[Fault, ...]) -> Said:
    told = {"status": status, **facts}
    if status >= 400:
        raise Unwell(f"it answers with status {status}", facts=told, faults=faults)
    return Said(f"it answers with status {status}", told, faults)


async def _get(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: Address, *, path: str
) -> tuple[int, bytes]:
    """Return status and body; a redirection is an answer and is not followed: it may lead anywhere."""
    # Whatever a manifest wrote, one request goes out.
    target = "".join(c if c.isascii() and c.isprintable() and c != " " else "%20" for c in path) or "/"
    host = f"[{address.name}]" if ":" in address.name else address.name
    try:
        request = f"GET {target} HTTP/1.1\r\nHost: {host}:{address.port}\r\nUser-Agent: ami-audit\r\n"
        writer.write(f"{request}Accept: */*\r\nConnection: close\r\n\r\n".encode("ascii", "ignore"))
        status, length = await _head(reader)
        body = b"" if length == 0 else await reader.read(min(length or _LARGEST_BODY, _LARGEST_BODY))
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
        raise Unwell("it does not answer as HTTP does") from error
    finally:
        await closed(writer)
    return status, body


async def _head(reader: asyncio.StreamReader) -> tuple[int, int | None]:
    words = (await reader.readline()).split(None, 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        raise Unwell("it does not answer as HTTP does")
    length = None
    for _ in range(_MOST_HEADERS):
        line = (await reader.readline()).strip()
        if not line:
            break
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length" and value.strip().isdigit():
            length = int(value)
    return int(words[1]), length


def _rejected(error: ssl.SSLCertVerificationError, where: str) -> Fault:
    code, said = error.verify_code, masked_text(error.verify_message)[:200]
    if code == _EXPIRED:
        return Fault("certificate-expired", "The certificate has expired", where)
    if code == _NOT_YET_VALID:
        return Fault("certificate-not-yet-valid", "The certificate is not valid yet", where)
    if code in _WRONG_HOST:
        return Fault("certificate-wrong-host", f"The certificate is for another host: {said}", where)
    return Fault("certificate-untrusted", f"No authority that this machine trusts vouches for it: {said}", where)


async def _without_doubt(address: Address) -> ssl.SSLContext:
    """Return a context that accepts exactly the certificate that is served there, whatever is wrong with it."""
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    _, writer = await address.connected(blind)
    served = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    await closed(writer)
    pinned = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    pinned.check_hostname = False
    pinned.verify_flags = ssl.VerifyFlags(_NO_CHECK_TIME) | ssl.VERIFY_X509_PARTIAL_CHAIN
    pinned.load_verify_locations(cadata=served)
    return pinned


def _certificate(writer: asyncio.StreamWriter) -> dict[str, Any]:
    said = writer.get_extra_info("ssl_object").getpeercert() or {}
    if not said:
        return {}
    return {
        "subject": _name(said.get("subject", ())),
        "issuer": _name(said.get("issuer", ())),
        "serial": str(said.get("serialNumber", "")),
        "names": [str(value)[:256] for _, value in said.get("subjectAltName", ())][:50],
        "not_before": written(_moment(said["notBefore"])),
        "not_after": written(_moment(said["notAfter"])),
    }


def _name(parts: Any) -> str:
    return ", ".join(f"{name}={value}" for part in parts for name, value in part)[:500]


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)


def _expiry(certificate: dict[str, Any], where: str, *, has_expired: bool) -> list[Fault]:
    if not certificate:
        return []
    end = datetime.fromisoformat(certificate["not_after"])
    left = end - datetime.now(UTC)
    if left < timedelta() and not has_expired:
        return [Fault("certificate-expired", f"The certificate expired on {end:%Y-%m-%d}", where)]
    if timedelta() <= left < _SOON:
        return [Fault("certificate-expiring", f"The certificate expires on {end:%Y-%m-%d}", where)]
    return []
