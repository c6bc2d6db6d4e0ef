"""What the gateway is told by its environment."""

from base64 import b64decode
from ipaddress import ip_address
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, DirectoryPath, Field, SecretStr, model_validator

from omnigen_gateway.domain.registration import SignUpMode
from omnigen_shared.settings import IssuerSettings, ServiceSettings

SESSION_KEY_BYTES: Final = 32


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
    return _as_origin(parts)


def _as_origin(parts: SplitResult) -> str:
    """As browsers write it in Origin: in small letters, without the port that is meant anyway."""
    host, port = parts.netloc.lower(), {"http": ":80", "https": ":443"}[parts.scheme]
    return f"{parts.scheme}://{host.removesuffix(port)}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_pages_url(url: str) -> str:
    """As of the public address, but it may have a path."""
    _check_public_url(urlsplit(_check_base_url(url))._replace(path="").geturl())
    return url.rstrip("/")


def _check_session_key(secret: SecretStr) -> SecretStr:
    if len(b64decode(secret.get_secret_value(), validate=True)) != SESSION_KEY_BYTES:
        raise ValueError(f"is not {SESSION_KEY_BYTES} bytes in base64")
    return secret


def _values_of(secrets: Any) -> Any:
    return list(secrets.values()) if isinstance(secrets, dict) else secrets


OriginSecret = Annotated[SecretStr, Field(min_length=16)]
BaseUrl = Annotated[str, AfterValidator(_check_base_url)]
PublicUrl = Annotated[str, AfterValidator(_check_public_url)]
PagesUrl = Annotated[str, AfterValidator(_check_pages_url)]
SessionKey = Annotated[SecretStr, AfterValidator(_check_session_key)]


class GatewaySettings(ServiceSettings, IssuerSettings):
    """The only public door."""

    cognito_issuer: str = Field(min_length=1)
    """The `iss` of access tokens, compared as text; where its keys are is the next one."""
    cognito_jwks_url: BaseUrl
    cognito_client_id: str = Field(min_length=1)
    cognito_user_pool_id: str = Field(min_length=1)
    cognito_public_url: PagesUrl
    """Where browsers find the sign-in page."""
    cognito_oauth_url: BaseUrl
    """Where the gateway exchanges codes; another host than the sign-in page's where AWS is emulated."""
    identity_table: str = Field(min_length=1)
    """DynamoDB table with the keys `pk` and `sk`; this unit is its only writer."""
    session_keys: list[SessionKey] = Field(min_length=1, max_length=2)
    """JSON: 256-bit keys in base64 that tokens are sealed with; the first seals, the second is still read."""
    jobs_url: BaseUrl
    quota_url: BaseUrl
    public_base_url: PublicUrl
    """Where browsers and programs find this deployment."""
    s3_public_url: PagesUrl | None = None
    """Where browsers find media, if not below `public_base_url`."""
    studio_dir: DirectoryPath | None = None
    """The studio's files, served at / where nothing else serves them."""
    trace_sample_ratio: float = Field(default=0.1, ge=0, le=1)
    """The share of proxied requests that get a span, where traces are kept at all; an order always gets one."""
    rate_limit_fails: Literal["open", "closed"] = "open"
    """While quota gives no leases: open lets requests pass uncounted, closed answers 503."""
    origin_secrets: Annotated[list[OriginSecret], BeforeValidator(_values_of)] = Field(
        default_factory=list, max_length=2
    )
    """JSON: what CloudFront proves itself with in X-Origin-Verify; empty where it is not in front. An object's values
    are taken, too: so Secrets Manager makes the first one by itself."""
    address_requests_per_min: int = Field(default=6000, ge=0)
    """What one client address may ask before it is known who asks; a sixth of it at once. 0 sets no limit."""
    webhook_requests_per_min: int = Field(default=6000, ge=0)
    """What one address may send to the open routes, as the provider does: 600 creates a minute are some 1,200 calls."""
    streams_per_user: int = Field(default=100, ge=0)
    """How many event streams a user may hold open at one gateway. 0 sets no limit."""
    cors_origins: list[PublicUrl] = Field(default_factory=list)
    """JSON: other origins whose pages may read what the API answers to a token or key of theirs; never with cookies."""
    sign_up_mode: SignUpMode = SignUpMode.INVITE
    """Who may have an account: open to all, by invitation, or for addresses of `sign_up_domains`."""
    sign_up_domains: list[str] = Field(default_factory=list)
    """JSON; what may stand behind the @ where the mode is `domains`."""
    stranger_requests_per_min: int = Field(default=12, ge=0)
    """What one client address may ask of sign-up and the like; a third of it at once. 0 sets no limit."""
    guest_requests_per_min: int = Field(default=120, ge=0)
    """What one client address may ask of what is shown without signing in; a sixth of it at once. 0 sets no limit."""
    identity_public_keys: dict[str, list[str]] = Field(default_factory=dict)
    """Nobody inside the house calls the gateway, so it needs none."""

    @model_validator(mode="after")
    def _check_domains(self) -> Self:
        if self.sign_up_mode is SignUpMode.DOMAINS and not any(self.sign_up_domains):
            raise ValueError("SIGN_UP_MODE=domains lets nobody in without SIGN_UP_DOMAINS")
        return self
