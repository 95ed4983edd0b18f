"""What an environment in a manifest gives away: plain secrets, missing passwords."""

from collections.abc import Iterator

from ami_audit.adapters.sources.service.declared import Fault
from ami_audit.adapters.sources.service.masking import environment_pairs, is_plain_secret

# Settings by which well-known images let everybody in.
_OPEN = {
    "POSTGRES_HOST_AUTH_METHOD": ("trust",),
    "ALLOW_EMPTY_PASSWORD": ("yes", "true", "1"),
    "MYSQL_ALLOW_EMPTY_PASSWORD": ("yes", "true", "1"),
}
_NEEDED = ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "MONGO_INITDB_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD")


def environment_risks(environment: object, where: str) -> Iterator[Fault]:
    """Yield what the environment of a service earns as findings; values are never told."""
    for name, value in environment_pairs(environment):
        if is_plain_secret(name, value):
            yield Fault("secret-in-manifest", f"`{name}` stands in the manifest in clear", where)
        elif name in _NEEDED and value == "":
            yield Fault("empty-password", f"`{name}` is empty", where)
        elif str(value).lower() in _OPEN.get(name, ()):
            yield Fault("empty-password", f"`{name}` lets everybody in without a password", where)
