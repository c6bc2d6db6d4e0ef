"""One sign-in of one browser: what is sent to the hosted page, and what has to come back."""

import json
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Final, Self
from urllib.parse import urlencode

LASTS_S: Final = 600
"""How long somebody may take to type a password."""
SCOPE: Final = "openid email"
_COOKIE: Final = "__Host-omnigen-login-"


class OutdatedSignInError(Exception):
    """The hosted page has vouched for somebody who has not signed in there since they signed out everywhere."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Known to the browser that began it only, sealed in a cookie. `expires_at` is in seconds since 1970."""

    state: str
    nonce: str
    verifier: str
    return_to: str
    expires_at: int

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        return cls(**json.loads(raw))

    def accepts(self, state: str, now_s: float) -> bool:
        """Whether an answer with this state is the answer to this sign-in, and in time."""
        return now_s < self.expires_at and compare_digest(self.state.encode(), state.encode())


def cookie_name(state: str) -> str:
    """One of sixteen: tabs hardly ever spoil each other's sign-in, and the header stays short."""
    return _COOKIE + sha256(state.encode()).hexdigest()[0]


def challenge_of(verifier: str) -> str:
    """The S256 challenge of RFC 7636."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class HostedPages:
    """Cognito's pages as browsers reach them, for one app client of this deployment."""

    base_url: str
    client_id: str
    public_base_url: str

    @property
    def callback_url(self) -> str:
        return f"{self.public_base_url}/api/v1/auth/callback"

    @property
    def logout_url(self) -> str:
        """Ends the session that the hosted page keeps, and comes back to the start page."""
        query = urlencode({"client_id": self.client_id, "logout_uri": f"{self.public_base_url}/"})
        return f"{self.base_url}/logout?{query}"

    def sign_in_url(self, sign_in: SignIn) -> str:
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.callback_url,
            "scope": SCOPE,
            "state": sign_in.state,
            "nonce": sign_in.nonce,
            "code_challenge": challenge_of(sign_in.verifier),
            "code_challenge_method": "S256",
        }
        return f"{self.base_url}/oauth2/authorize?{urlencode(query)}"
