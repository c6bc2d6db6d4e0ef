"""What an address of somebody's may look like, before any name is resolved."""

import re
from dataclasses import dataclass, field
from typing import Final

from yarl import URL

from omnigen_shared.outbound.addresses import AddressRule

LOWEST_FREE_PORT: Final = 1024
WEB_PORTS: Final = frozenset({80, 443})
_PLAIN: Final = re.compile(r"[!-\[\]-~]+")
_NUMERIC: Final = re.compile(r"(?:[0-9]+|0[xX][0-9a-fA-F]*)")


class UrlRefusedError(ValueError):
    """Nothing is sent there; the text says why, as the end of "the address …"."""


@dataclass(frozen=True, slots=True)
class UrlRule:
    """`allows_http`: also without TLS. It is asked at registration and again before each request."""

    addresses: AddressRule = field(default_factory=AddressRule)
    allows_http: bool = False

    def check(self, text: str) -> URL:
        """The URL as it will be asked for; UrlRefusedError."""
        url = _parse(text)
        if url.scheme not in (("https", "http") if self.allows_http else ("https",)):
            raise UrlRefusedError("must begin with https://")
        if url.raw_user is not None or url.raw_password is not None:
            raise UrlRefusedError("must not hold a user name or password")
        if url.port not in WEB_PORTS and (url.port is None or url.port < LOWEST_FREE_PORT):
            raise UrlRefusedError(f"must use port 80, 443, or one from {LOWEST_FREE_PORT} on")
        self._check_host(url.raw_host or "")
        return url.with_fragment(None)

    def _check_host(self, host: str) -> None:
        """Of numbers only what every reader reads alike; of names only such as the Internet's have."""
        last = host.rstrip(".").rpartition(".")[2]
        if ":" in host or _NUMERIC.fullmatch(last):
            if not self.addresses.permits(host):
                raise UrlRefusedError("must lead to a public address")
        elif "." not in host.strip(".") and not self.addresses.allowed:
            raise UrlRefusedError("must have a host name with a dot")


def _parse(text: str) -> URL:
    if _PLAIN.fullmatch(text) is None:
        raise UrlRefusedError("must consist of visible ASCII characters without backslashes")
    try:
        url = URL(text)
        has_port = url.port is not None
    except ValueError as error:
        raise UrlRefusedError("is no URL") from error
    if not url.raw_host or not has_port:
        raise UrlRefusedError("is no URL with a host")
    return url
