"""The identity provider's OAuth, the user pool and the table `identity`, in memory."""

import time
from dataclasses import dataclass, field, replace

from tests.fakes.tokens import CLIENT_ID, USER_ID, KeyPair, claims, provider_key

from omnigen_gateway.domain.api_keys import MAX_KEYS, ApiKey
from omnigen_gateway.domain.problems import CodeRefusedError
from omnigen_gateway.domain.sessions import Session
from omnigen_gateway.domain.sign_in import challenge_of
from omnigen_gateway.domain.standing import GONE, Standing
from omnigen_gateway.ports import GrantRefusedError, Renewal, Tokens
from omnigen_shared.contracts.base import UserId


@dataclass
class FakeProvider:
    """Implements ports.IdentityProvider. A refresh token is rotated with each use; the old one is taken once more."""

    user_id: str = USER_ID
    lasts_s: int = 3600
    nonce: str = ""
    """Of the sign-in that the next code is for."""
    id_changes: dict[str, object] = field(default_factory=dict)
    access_changes: dict[str, object] = field(default_factory=dict)
    signer: KeyPair = field(default_factory=provider_key)
    challenges: dict[str, str] = field(default_factory=dict)
    """Of the PKCE that a code was asked for with; a code that is not here was asked for by whoever brings it."""
    errors: list[Exception] = field(default_factory=list)
    """Each answers one exchange or refresh, which then has not happened."""
    exchanges: list[tuple[str, str, str]] = field(default_factory=list)
    refreshes: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    issued: int = 0

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        self.exchanges.append((code, verifier, redirect_uri))
        if self.errors:
            raise self.errors.pop(0)
        if code in self.challenges and self.challenges[code] != challenge_of(verifier):
            raise GrantRefusedError
        return self._issue(self.nonce)

    async def refresh(self, refresh_token: str) -> Tokens:
        if self.errors:
            raise self.errors.pop(0)
        self.refreshes.append(refresh_token)
        if refresh_token in self.revoked or self.refreshes.count(refresh_token) > 2:
            raise GrantRefusedError
        return self._issue(None)

    async def revoke(self, refresh_token: str) -> None:
        self.revoked.append(refresh_token)

    def _issue(self, nonce: str | None) -> Tokens:
        self.issued += 1
        exp = int(time.time()) + self.lasts_s
        identity = {"client_id": None, "aud": CLIENT_ID, "token_use": "id", "nonce": nonce, "email": "a@example.com"}
        id_claims = claims(**{"sub": self.user_id, "exp": exp, **identity, **self.id_changes})
        access = claims(**{"sub": self.user_id, "exp": exp, **self.access_changes})
        return Tokens(self.signer.sign(id_claims), self.signer.sign(access), f"refresh-{self.issued}")


@dataclass
class FakeDirectory:
    """Implements ports.UserDirectory: everybody is as `standing` says, but for those in `users`."""

    standing: Standing = field(default_factory=lambda: Standing(is_enabled=True, is_verified=True))
    users: dict[str, Standing] = field(default_factory=dict)
    error: Exception | None = None
    asked: list[str] = field(default_factory=list)
    signed_out: list[str] = field(default_factory=list)

    async def get_standing(self, user_id: UserId) -> Standing:
        self.asked.append(user_id)
        if self.error is not None:
            raise self.error
        return self.users.get(user_id, self.standing)

    async def sign_out_everywhere(self, user_id: UserId) -> None:
        self.signed_out.append(user_id)

    async def delete(self, user_id: UserId) -> None:
        self.users[user_id] = GONE


@dataclass
class FakeRecords:
    """Implements ports.Records."""

    erased: list[str] = field(default_factory=list)
    error: Exception | None = None

    async def erase(self, user_id: UserId) -> None:
        if self.error is not None:
            raise self.error
        self.erased.append(user_id)


@dataclass
class FakeSessionTable:
    """Implements ports.SessionTable."""

    sessions: dict[str, Session] = field(default_factory=dict)
    leases: dict[str, tuple[str, int]] = field(default_factory=dict)
    renewed_by: dict[str, str] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    cutoffs: dict[str, int] = field(default_factory=dict)
    finds: int = 0
    error: Exception | None = None

    async def check(self) -> None:
        if self.error is not None:
            raise self.error

    async def put(self, digest: str, session: Session) -> None:
        self.sessions[digest] = session

    async def find(self, digest: str) -> Session | None:
        await self.check()
        self.finds += 1
        return self.sessions.get(digest)

    async def remove(self, digest: str) -> None:
        self.sessions.pop(digest, None)
        self.leases.pop(digest, None)

    async def remove_leased(self, digest: str, owner: str) -> None:
        if self.leases.get(digest, ("", 0))[0] == owner:
            await self.remove(digest)

    async def lease(self, digest: str, version: int, owner: str, now_s: int, until_s: int) -> bool:
        session = self.sessions.get(digest)
        holder, until = self.leases.get(digest, (owner, 0))
        if session is None or session.version != version or (holder != owner and until > now_s):
            return False
        self.leases[digest] = (owner, until_s)
        return True

    async def give_up(self, digest: str, owner: str) -> None:
        if self.leases.get(digest, ("", 0))[0] == owner:
            del self.leases[digest]

    async def renew(self, digest: str, owner: str, session: Session) -> Renewal:
        present = self.sessions.get(digest)
        if present is None:
            return Renewal.GONE
        if self.leases.get(digest, ("", 0))[0] != owner or present.version != session.version - 1:
            return Renewal.KEPT if self.renewed_by.get(digest) == owner else Renewal.OVERTAKEN
        self.sessions[digest] = session
        self.renewed_by[digest] = owner
        del self.leases[digest]
        return Renewal.KEPT

    async def use_once(self, name: str, user: str, expires_at: int) -> bool:
        del expires_at
        return self.used.setdefault(name, user) == user

    async def find_cutoff(self, user_id: UserId) -> int:
        await self.check()
        return self.cutoffs.get(user_id, 0)

    async def put_cutoff(self, user_id: UserId, at: int) -> None:
        self.cutoffs[user_id] = at


@dataclass
class FakeKeyTable:
    """Implements ports.KeyTable."""

    keys: dict[str, ApiKey] = field(default_factory=dict)
    finds: int = 0
    note_error: Exception | None = None

    async def add(self, key: ApiKey) -> bool:
        if len(await self.list_of(key.user_id)) >= MAX_KEYS:
            return False
        self.keys[key.key_id] = key
        return True

    async def find(self, key_id: str) -> ApiKey | None:
        self.finds += 1
        return self.keys.get(key_id)

    async def list_of(self, user_id: UserId) -> list[ApiKey]:
        return [key for key in self.keys.values() if key.user_id == user_id]

    async def remove(self, user_id: UserId, key_id: str) -> bool:
        key = self.keys.get(key_id)
        if key is None or key.user_id != user_id:
            return False
        del self.keys[key_id]
        return True

    async def note_use(self, key_id: str, at: int) -> None:
        if self.note_error is not None:
            raise self.note_error
        if key_id in self.keys:
            self.keys[key_id] = replace(self.keys[key_id], last_used_at=at)


@dataclass
class FakeAccounts:
    """Implements ports.Accounts. Every mail has the same code."""

    CODE = "123456"
    passwords: dict[str, str] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    mails: list[str] = field(default_factory=list)

    async def sign_up(self, email: str, password: str) -> None:
        if email in self.confirmed:
            return
        self.passwords.setdefault(email, password)
        self.mails.append(email)

    async def confirm(self, email: str, code: str) -> None:
        if email not in self.passwords or email in self.confirmed or code != self.CODE:
            raise CodeRefusedError
        self.confirmed.add(email)

    async def send_reset(self, email: str) -> None:
        if email in self.confirmed:
            self.mails.append(email)

    async def reset(self, email: str, code: str, password: str) -> UserId | None:
        if email not in self.mails or code != self.CODE:
            raise CodeRefusedError
        self.passwords[email] = password
        return UserId(USER_ID)


@dataclass
class FakeIdentity:
    """All of it."""

    provider: FakeProvider = field(default_factory=FakeProvider)
    directory: FakeDirectory = field(default_factory=FakeDirectory)
    sessions: FakeSessionTable = field(default_factory=FakeSessionTable)
    keys: FakeKeyTable = field(default_factory=FakeKeyTable)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    records: FakeRecords = field(default_factory=FakeRecords)
