"""Who asks a witness."""

from typing import Protocol

from ami_audit.domain.witnessing import WitnessAnswer


class WitnessCaller(Protocol):
    """Reaches witnesses over the network."""

    async def add_checkpoint(self, url: str, request: bytes, *, timeout_s: float) -> WitnessAnswer:
        """Return what the witness at that submission prefix answers to one request.

        Args:
            url: `http://` or `https://`; redirects are not followed.
            request: The request's bytes.
            timeout_s: For everything together: name, connection, request and answer.

        Raises:
            WitnessError: It cannot be reached, did not answer in time, or answered something that is not HTTP.
        """
