"""Which events of the logs are wanted, and how that is written in a record."""

from typing import Any, NamedTuple

from ami_audit.adapters.sources.log.values import digest, moment
from ami_audit.domain.kinds import LogLevel
from ami_audit.domain.log_names import log_name
from ami_audit.domain.moment import microseconds
from ami_audit.domain.options import AuditOptions


class Selection(NamedTuple):
    """What was asked for."""

    level: LogLevel | None
    since_us: int | None
    until_us: int | None
    services: tuple[str, ...]

    @classmethod
    def of(cls, options: AuditOptions) -> "Selection":
        """Return what the options ask for."""
        return cls(
            level=options.level,
            since_us=None if options.since is None else microseconds(options.since),
            until_us=None if options.until is None else microseconds(options.until),
            services=tuple(sorted(set(options.services))),
        )

    def facts(self) -> dict[str, Any]:
        """Return it for a record's context: empty when everything is wanted."""
        told = {
            "level": self.level.value if self.level else None,
            "since": moment(self.since_us),
            "until": moment(self.until_us),
            "services": list(self.services) or None,
        }
        asked = {name: value for name, value in told.items() if value is not None}
        return {"selection": asked} if asked else {}

    def is_named_by(self, path: str) -> bool:
        """Return whether a folder or the file of that path is called as a service that was asked for."""
        parts = [log_name(part).family.removesuffix(".log").lower() for part in path.split("/")]
        return any(service.lower() in parts for service in self.services)

    @property
    def kind(self) -> str:
        """What two runs must have in common for their templates to be compared; moments differ from run to run."""
        return digest(self.level, self.services, self.since_us is not None, self.until_us is not None)
