"""What the gateway needs of the outside: the services behind it, rate leases, the identity provider, its table."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from omnigen_gateway.domain.api_keys import ApiKey
from omnigen_gateway.domain.sessions import Session
from omnigen_gateway.domain.standing import Standing
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


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the identity provider has issued. `refresh_token` is None when the old one is still the one to use."""

    id_token: str
    access_token: str
    refresh_token: str | None


class GrantRefusedError(Exception):
    """A code or a refresh token that the identity provider does not take, and never will."""


class IdentityProvider(Protocol):
    """Cognito's OAuth. Whatever is not answered raises DependencyUnavailableError: it may have happened."""

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """The tokens of a sign-in. GrantRefusedError."""
        ...

    async def refresh(self, refresh_token: str) -> Tokens:
        """New tokens for old ones. GrantRefusedError."""
        ...

    async def revoke(self, refresh_token: str) -> None:
        """End this refresh token and every other one of the same sign-in; one that is not known is none."""
        ...


class UserDirectory(Protocol):
    """The user pool, asked about one user."""

    async def get_standing(self, user_id: UserId) -> Standing:
        """`signed_out_at` is not its to tell. standing.GONE for nobody; DependencyUnavailableError."""
        ...

    async def delete(self, user_id: UserId) -> None:
        """There is no such user afterwards. DependencyUnavailableError."""
        ...

    async def sign_out_everywhere(self, user_id: UserId) -> None:
        """End every refresh token of the user. DependencyUnavailableError."""
        ...


class Records(Protocol):
    """What the services behind the gateway keep of users."""

    async def erase(self, user_id: UserId) -> None:
        """It is seen to from now on, also after this process has ended. DependencyUnavailableError."""
        ...


class Accounts(Protocol):
    """The user pool, asked for somebody who has not signed in. Whether there is an account is not told.

    DependencyUnavailableError when it does not answer; InvalidRequestError for what its own rules do not take.
    """

    async def sign_up(self, email: str, password: str) -> None:
        """A code is sent, again to whoever has not confirmed yet. SignUpClosedError."""
        ...

    async def confirm(self, email: str, code: str) -> None:
        """The address is its user's. CodeRefusedError."""
        ...

    async def send_reset(self, email: str) -> None:
        """A code to reset the password with, if there is such a user."""
        ...

    async def reset(self, email: str, code: str, password: str) -> UserId | None:
        """Whose password is a new one now. CodeRefusedError."""
        ...


class Renewal(Enum):
    """What became of renewed tokens."""

    KEPT = auto()
    OVERTAKEN = auto()
    """The lease ran out, and another gateway renews."""
    GONE = auto()
    """Its user has signed out meanwhile."""


class SessionTable(Protocol):
    """Sessions by the digest of their id. DependencyUnavailableError when the table does not answer."""

    async def check(self) -> None:
        """For readiness: raises while the table does not answer."""
        ...

    async def put(self, digest: str, session: Session) -> None: ...

    async def find(self, digest: str) -> Session | None: ...

    async def remove(self, digest: str) -> None: ...

    async def remove_leased(self, digest: str, owner: str) -> None:
        """Remove it if this owner's lease is on it."""
        ...

    async def lease(self, digest: str, version: int, owner: str, now_s: int, until_s: int) -> bool:
        """Whether `owner` alone may renew this version's tokens until then."""
        ...

    async def give_up(self, digest: str, owner: str) -> None:
        """End this owner's lease, if it is theirs."""
        ...

    async def renew(self, digest: str, owner: str, session: Session) -> Renewal:
        """Keep new tokens under the lease, which ends with it. `session.version` is the new one."""
        ...

    async def use_once(self, name: str, user: str, expires_at: int) -> bool:
        """Whether nobody but `user` has used this name; the same user may ask again."""
        ...

    async def find_cutoff(self, user_id: UserId) -> int:
        """When the user last signed out everywhere, in seconds since 1970; 0: never."""
        ...

    async def put_cutoff(self, user_id: UserId, at: int) -> None: ...


class KeyTable(Protocol):
    """API keys. DependencyUnavailableError when the table does not answer."""

    async def add(self, key: ApiKey) -> bool:
        """False when the user has MAX_KEYS already."""
        ...

    async def find(self, key_id: str) -> ApiKey | None: ...

    async def list_of(self, user_id: UserId) -> list[ApiKey]:
        """Those of a user that have not been deleted, expired ones included."""
        ...

    async def remove(self, user_id: UserId, key_id: str) -> bool:
        """False when the user has no such key."""
        ...

    async def note_use(self, key_id: str, at: int) -> None:
        """Nothing when the key was deleted meanwhile."""
        ...


class Sealer(Protocol):
    """Encrypts what leaves this process, bound to where it belongs."""

    def seal(self, plain: bytes, context: str) -> str:
        """ASCII text that nobody without the key can read or make."""
        ...

    def open(self, sealed: str, context: str) -> bytes | None:
        """The inverse; None for anything that was not sealed for this context by one of the present keys."""
        ...


class StaleNumberError(Exception):
    """Quota knows a later call of this gateway: this one is void."""


class UpstreamError(Exception):
    """An upstream did not answer, or stopped in the middle. `is_timeout`: it took the request and kept silent."""

    def __init__(self, reason: str, *, is_timeout: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_timeout = is_timeout
