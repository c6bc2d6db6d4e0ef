"""Settings that would be dangerous are refused at the start."""

import pytest
from pydantic import ValidationError
from tests.fakes.gateway import PRIVATE_KEY, SESSION_KEY, gateway_settings

from omnigen_gateway.settings import GatewaySettings


@pytest.mark.parametrize(
    "url",
    ["https://omnigen.example", "http://localhost:8080", "http://127.0.0.1:1", "http://127.8.8.8", "http://[::1]:8080"],
)
def test_https_anywhere_and_http_on_this_machine(url: str) -> None:
    assert gateway_settings(public_base_url=f"{url}/").public_base_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://omnigen.example",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://0.0.0.0:8080",
        "http://10.0.0.1",
        "http://[::]:80",
        "http://user@localhost",
        "https://user:secret@omnigen.example",
        "https://omnigen.example/path",
        "https://omnigen.example?x=1",
        "https://omnigen.example#x",
        "https://",
        "ftp://localhost",
        "localhost:8080",
        "",
    ],
)
def test_any_other_public_url_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        gateway_settings(public_base_url=url)


def test_upstreams_may_be_http_and_keep_their_path() -> None:
    settings = gateway_settings(cognito_jwks_url="http://emulator:4566/pool/.well-known/jwks.json")
    assert settings.cognito_jwks_url == "http://emulator:4566/pool/.well-known/jwks.json"
    with pytest.raises(ValidationError):
        gateway_settings(jobs_url="jobs:8080")


@pytest.mark.parametrize("url", ["http://pool.auth.example", "https://user@pool.example", "javascript:alert(1)"])
def test_the_sign_in_page_is_reached_as_safely(url: str) -> None:
    assert gateway_settings(cognito_public_url="https://pool.example/").cognito_public_url == "https://pool.example"
    with pytest.raises(ValidationError):
        gateway_settings(cognito_public_url=url)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("https://OmniGen.Example", "https://omnigen.example"),
        ("https://omnigen.example:443", "https://omnigen.example"),
        ("https://omnigen.example:8443/", "https://omnigen.example:8443"),
        ("HTTP://LOCALHOST:80", "http://localhost"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_the_public_url_is_written_as_browsers_write_it(written: str, told: str) -> None:
    assert gateway_settings(public_base_url=written).public_base_url == told


def test_accounts_for_domains_need_a_domain() -> None:
    settings = gateway_settings(sign_up_mode="domains", sign_up_domains=["omnigen.example"])
    assert settings.sign_up_domains == ["omnigen.example"]
    for domains in ([], [""]):
        with pytest.raises(ValidationError):
            gateway_settings(sign_up_mode="domains", sign_up_domains=domains)


@pytest.mark.parametrize("keys", [[], ["c2hvcnQ="], ["no base64!"], [SESSION_KEY] * 3])
def test_sessions_are_sealed_with_one_or_two_keys_of_256_bits(keys: list[str]) -> None:
    with pytest.raises(ValidationError) as refused:
        gateway_settings(session_keys=keys)
    assert SESSION_KEY not in str(refused.value)


@pytest.mark.parametrize("ratio", [-0.1, 1.1])
def test_a_ratio_is_between_none_and_all(ratio: float) -> None:
    with pytest.raises(ValidationError):
        gateway_settings(trace_sample_ratio=ratio)


def test_the_environment_is_read_by_field_names(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {
        "COGNITO_ISSUER": "issuer",
        "COGNITO_CLIENT_ID": "client",
        "COGNITO_JWKS_URL": "http://127.0.0.1:1/jwks.json",
        "COGNITO_USER_POOL_ID": "pool",
        "COGNITO_PUBLIC_URL": "http://localhost:5",
        "COGNITO_OAUTH_URL": "http://127.0.0.1:5",
        "IDENTITY_TABLE": "identity",
        "SESSION_KEYS": f'["{SESSION_KEY}"]',
        "JOBS_URL": "http://127.0.0.1:2",
        "QUOTA_URL": "http://127.0.0.1:3",
        "PUBLIC_BASE_URL": "http://localhost:4",
        "IDENTITY_PRIVATE_KEY": PRIVATE_KEY,
        "PORT": "4",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = GatewaySettings()
    assert (settings.jobs_url, settings.port) == ("http://127.0.0.1:2", 4)
    assert settings.identity_private_key.get_secret_value() == PRIVATE_KEY
    assert PRIVATE_KEY not in repr(settings)


def test_the_private_key_has_no_default() -> None:
    with pytest.raises(ValidationError):
        gateway_settings(identity_private_key=None)


def test_origin_secrets_are_a_list_or_what_secrets_manager_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    values = []
    for document in (
        '["the-first-of-them", "and-another-one-yet"]',
        '{"first": "the-first-of-them", "b": "and-another-one-yet"}',
    ):
        monkeypatch.setenv("ORIGIN_SECRETS", document)
        values.append([secret.get_secret_value() for secret in gateway_settings().origin_secrets])
    assert values == [["the-first-of-them", "and-another-one-yet"]] * 2
    with pytest.raises(ValidationError):
        gateway_settings(origin_secrets={"first": "too short"})
