"""Where a request comes from: the socket's other end, or what CloudFront says of it once it has proved itself."""

from collections.abc import Sequence
from hmac import compare_digest

from omnigen_gateway.domain.headers import RequestHead
from omnigen_gateway.domain.problems import OriginNotVerifiedError

VERIFY_HEADER = b"x-origin-verify"
VIEWER_HEADER = b"cloudfront-viewer-address"


class Origin:
    """`secrets` are what CloudFront sends with every request, two while they are changed; none: nothing is in front."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = [secret.encode() for secret in secrets]

    def find_address(self, head: RequestHead, peer: str) -> str:
        """The client's IP address. OriginNotVerifiedError for whoever has found a way around CloudFront."""
        if not self._secrets:
            return peer
        given = head.noted.get(VERIFY_HEADER, b"")
        if not any([compare_digest(given, secret) for secret in self._secrets]):  # noqa: C419 - each, in equal time
            raise OriginNotVerifiedError
        # "203.0.113.7:46532"; IPv6 has no brackets there.
        return head.find(VIEWER_HEADER).rpartition(":")[0] or peer
