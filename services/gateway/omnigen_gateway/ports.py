"""What the gateway needs of the outside: the identity provider's keys, the services behind it, rate leases."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.rates import RateLease, RateLeaseRequest
from omnigen_shared.contracts.spending import PlanName


class VerificationKey(Protocol):
    """One public RS256 key."""

    def verify(self, msg: bytes, sig: bytes) -> bool:
        """Whether `sig` is this key's signature of `msg`."""
        ...


class KeySource(Protocol):
    """The identity provider's published keys."""

    async def find_key(self, kid: str) -> VerificationKey | None:
        """The key of that id, None when the provider has none; DependencyUnavailableError when nobody can tell."""
        ...

    async def check(self) -> None:
        """For readiness: raises DependencyUnavailableError while no keys are known."""
        ...


class BodyStream(Protocol):
    """A request's body on its way through. When it breaks off, `fault` is why, and it is not the upstream's."""

    fault: Exception | None

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The body's parts; iterated once."""
        ...


@dataclass(frozen=True, slots=True)
class UpstreamRequest:
    """`target` is path and query as they came, percent-encoded, in ASCII."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes | BodyStream | None = None


class UpstreamAnswer(Protocol):
    """An answer whose head has arrived."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]

    async def read_chunk(self) -> bytes:
        """What has arrived of the body, up to some 128 KiB; b"" at its end. UpstreamError when it breaks off."""
        ...

    def close(self) -> None:
        """Let go: a connection whose body was not read to its end is cut."""
        ...


class Upstream(Protocol):
    """A service behind the gateway."""

    async def open(self, request: UpstreamRequest) -> UpstreamAnswer:
        """Send and wait for the answer's head, whatever its status. UpstreamError when none came."""
        ...

    async def check(self) -> None:
        """For readiness: raises unless the service's /health answers 200."""
        ...


class LeaseSource(Protocol):
    """Quota, as far as rate leases go."""

    async def lease(self, user_id: UserId, plan: PlanName, request: RateLeaseRequest) -> RateLease:
        """One lease. StaleNumberError, or DependencyUnavailableError when it is not known whether there is one."""
        ...


class StaleNumberError(Exception):
    """Quota knows a later call of this gateway: this one is void."""


class UpstreamError(Exception):
    """An upstream did not answer, or stopped in the middle. `is_timeout`: it took the request and kept silent."""

    def __init__(self, reason: str, *, is_timeout: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_timeout = is_timeout
