"""Who runs ami-audit, and where."""

from typing import Any, Protocol

from ami_audit.domain.kinds import ActorType


class Caller(Protocol):
    """The person or service that runs this process."""

    @property
    def name(self) -> str:
        """`user@host`, as the operating system says it; never invented."""

    @property
    def actor_type(self) -> ActorType:
        """What kind of caller that is."""

    def provenance(self, target: str) -> dict[str, Any]:
        """Return what every record of a run carries about where it was collected: host, repository, commit."""
