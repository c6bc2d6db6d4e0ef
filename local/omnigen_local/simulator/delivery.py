"""Links to outputs: signed, and good until they expire."""

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import quote, urlencode


@dataclass(frozen=True, slots=True)
class LinkSigner:
    """Signs and checks links below one public address."""

    public_url: str
    key: bytes

    def link(self, prediction_id: str, name: str, expires_at: int) -> str:
        """An absolute URL that is good until expires_at (seconds since the epoch)."""
        query = urlencode({"expires": expires_at, "signature": self._sign(prediction_id, name, expires_at)})
        return f"{self.public_url}/delivery/{quote(prediction_id)}/{quote(name)}?{query}"

    def is_good(self, prediction_id: str, name: str, expires_at: int, signature: str, now: float) -> bool:
        """Whether we signed it and it has not expired."""
        expected = self._sign(prediction_id, name, expires_at)
        return hmac.compare_digest(expected.encode(), signature.encode()) and now < expires_at

    def _sign(self, prediction_id: str, name: str, expires_at: int) -> str:
        text = f"{prediction_id}/{name}/{expires_at}".encode()
        return hmac.new(self.key, text, hashlib.sha256).hexdigest()


def derive_key(secret: str) -> bytes:
    """A key for links from the webhook secret, so that there is one secret to hand over."""
    return hmac.new(secret.encode(), b"delivery", hashlib.sha256).digest()
