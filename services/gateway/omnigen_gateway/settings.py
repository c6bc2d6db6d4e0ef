"""What the gateway is told by its environment."""

from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from omnigen_shared.settings import IssuerSettings, ServiceSettings


def _check_base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("is an http or https URL with a host")
    if parts.username or parts.query or parts.fragment:
        raise ValueError("has no user, query or fragment")
    return url.rstrip("/")


def _check_public_url(url: str) -> str:
    parts = urlsplit(_check_base_url(url))
    if parts.path.strip("/"):
        raise ValueError("has no path")
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise ValueError("is https unless its host is this machine: over http, tokens could be read on the way")
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


OriginSecret = Annotated[SecretStr, Field(min_length=16)]
BaseUrl = Annotated[str, AfterValidator(_check_base_url)]
PublicUrl = Annotated[str, AfterValidator(_check_public_url)]


class GatewaySettings(ServiceSettings, IssuerSettings):
    """The only public door."""

    cognito_issuer: str = Field(min_length=1)
    """The `iss` of access tokens, compared as text; where its keys are is the next one."""
    cognito_jwks_url: BaseUrl
    cognito_client_id: str = Field(min_length=1)
    jobs_url: BaseUrl
    quota_url: BaseUrl
    public_base_url: PublicUrl
    """Where browsers and programs find this deployment."""
    trace_sample_ratio: float = Field(default=0.1, ge=0, le=1)
    """The share of proxied requests that get a span, where traces are collected at all."""
    rate_limit_fails: Literal["open", "closed"] = "open"
    """While quota gives no leases: open lets requests pass uncounted, closed answers 503."""
    origin_secrets: list[OriginSecret] = Field(default_factory=list, max_length=2)
    """JSON: what CloudFront proves itself with in X-Origin-Verify; empty where it is not in front."""
    address_requests_per_min: int = Field(default=6000, ge=0)
    """What one client address may ask before it is known who asks; a sixth of it at once. 0 sets no limit."""
    webhook_requests_per_min: int = Field(default=6000, ge=0)
    """What one address may send to the open routes, as the provider does: 600 creates a minute are some 1,200 calls."""
    identity_public_keys: dict[str, list[str]] = Field(default_factory=dict)
    """Nobody inside the house calls the gateway, so it needs none."""
