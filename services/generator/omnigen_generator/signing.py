"""AWS Signature Version 4, as far as two plain operations need it; a test compares it with AWS's own signer.

Importing that one costs a cold Lambda as much as half of everything else it imports.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

ALGORITHM: Final = "AWS4-HMAC-SHA256"
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What Lambda gives its function; `session_token` comes with a role."""

    access_key: str
    secret_key: str
    session_token: str | None = None


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs requests of one service in one region. Addresses carry no query, and their paths are quoted."""

    credentials: Credentials
    region: str
    service: str

    def sign(
        self, method: str, url: str, headers: Mapping[str, str], payload_sha256: str, now: datetime
    ) -> dict[str, str]:
        """The headers to send: those given, and what the signature adds. `payload_sha256` in hex, of the whole body."""
        stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        added = {"X-Amz-Date": stamp, "X-Amz-Content-SHA256": payload_sha256}
        if self.credentials.session_token is not None:
            added["X-Amz-Security-Token"] = self.credentials.session_token
        sent = {**headers, **added}
        signed = {name.lower(): " ".join(value.split()) for name, value in {**sent, "Host": _host(url)}.items()}
        names = ";".join(sorted(signed))
        lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
        path = urlsplit(url).path or "/"
        canonical = f"{method}\n{path}\n\n{lines}\n{names}\n{payload_sha256}"
        scope = f"{stamp[:8]}/{self.region}/{self.service}/aws4_request"
        text = "\n".join((ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
        signature = hmac.new(self._key(stamp[:8]), text.encode(), hashlib.sha256).hexdigest()
        credential = f"Credential={self.credentials.access_key}/{scope}"
        return {**sent, "Authorization": f"{ALGORITHM} {credential}, SignedHeaders={names}, Signature={signature}"}

    def _key(self, day: str) -> bytes:
        key = f"AWS4{self.credentials.secret_key}".encode()
        for part in (day, self.region, self.service, "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key


def _host(url: str) -> str:
    parts = urlsplit(url)
    if parts.port is None or parts.port == _PORTS.get(parts.scheme):
        return parts.hostname or ""
    return f"{parts.hostname}:{parts.port}"
