"""Health by a command that a manifest names; only when the user asked for that."""

from pathlib import Path

from ami_audit.adapters.sources.service.declared import Probe
from ami_audit.adapters.sources.service.health.answer import Said, Unwell
from ami_audit.adapters.sources.service.health.threads import in_thread
from ami_audit.adapters.sources.service.masking import masked_text
from ami_audit.adapters.sources.service.place import UnreadableError, inside
from ami_audit.adapters.sources.service.work import Work


async def ask_command(work: Work, probe: Probe, root: Path, *, timeout_s: float) -> Said:
    """Run the command without a shell, below the root.

    Raises:
        Unwell: It cannot be run, or says by its exit code that the service is not well.
        TimeoutError: It did not end in time; it and all it has started are ended.
    """
    try:
        folder = inside(root, probe.cwd or ".")
    except UnreadableError as error:
        raise Unwell(f"it is not run: {error.reason}") from error
    try:
        ran = await in_thread(lambda: work.run(probe.command, timeout_s=timeout_s, cwd=folder))
    except OSError as error:
        raise Unwell(f"it cannot be run: {(error.strerror or str(error)).lower()}") from error
    if ran.status is None:
        raise TimeoutError
    said = ran.output.decode("utf-8", "replace").strip().splitlines()
    detail = masked_text((said[-1] if said else ran.complaint)[:300])
    facts = {"exit_code": ran.status}
    if ran.status != 0:
        raise Unwell(f"exit code {ran.status}" + (f": {detail}" if detail else ""), facts=facts)
    return Said(detail or "exit code 0", facts)
