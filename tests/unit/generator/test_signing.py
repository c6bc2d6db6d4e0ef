"""Our signatures against AWS's own signer."""

import hashlib
from datetime import UTC, datetime
from unittest.mock import patch

import botocore.auth
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from omnigen_generator.signing import Credentials, Signer

NOW = datetime(2026, 11, 24, 18, 8, 23, tzinfo=UTC)
KEYS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/", min_size=1, max_size=40)
PATHS = st.lists(st.text("abcdefghij0123456789-_.", min_size=1, max_size=20), min_size=1, max_size=4).map("/".join)
HOSTS = st.sampled_from(
    [
        "https://b.s3.eu-central-1.amazonaws.com",
        "http://127.0.0.1:4566/b",
        "https://h:443",
        "http://h:80",
        "https://h:80",
    ]
)


def sign_as_aws(
    service: str, method: str, url: str, headers: dict[str, str], body: bytes, credentials: Credentials
) -> dict[str, str]:
    request = AWSRequest(method=method, url=url, data=body, headers=dict(headers))
    kept = ReadOnlyCredentials(credentials.access_key, credentials.secret_key, credentials.session_token)
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    with patch.object(botocore.auth, "get_current_datetime", return_value=NOW.replace(tzinfo=None)):
        signer(kept, service, "eu-central-1").add_auth(request)
    return {name.lower(): str(value) for name, value in request.headers.items()}


def sign_as_we_do(
    service: str, method: str, url: str, headers: dict[str, str], body: bytes, credentials: Credentials
) -> dict[str, str]:
    signer = Signer(credentials, "eu-central-1", service)
    signed = signer.sign(method, url, headers, hashlib.sha256(body).hexdigest(), NOW)
    return {name.lower(): value for name, value in signed.items()}


@given(HOSTS, PATHS, st.binary(max_size=100), KEYS, st.one_of(st.none(), KEYS), st.sampled_from(["GET", "PUT"]))
def test_an_objects_request_is_signed_as_aws_signs_it(
    host: str, path: str, body: bytes, secret: str, token: str | None, method: str
) -> None:
    headers = {"Content-Type": "video/mp4", "Content-Length": str(len(body))}
    given_to = ("s3", method, f"{host}/{path}", headers, body, Credentials("AKIA", secret, token))
    assert sign_as_we_do(*given_to) == sign_as_aws(*given_to)


def test_a_secrets_request_is_signed_as_aws_signs_it() -> None:
    body = b'{"SecretId":"arn"}'
    headers = {
        "X-Amz-Target": "secretsmanager.GetSecretValue",
        "Content-Type": "application/x-amz-json-1.1",
        "Content-Length": str(len(body)),
        "X-Amz-Content-SHA256": hashlib.sha256(body).hexdigest(),
    }
    url = "https://secretsmanager.eu-central-1.amazonaws.com/"
    given_to = ("secretsmanager", "POST", url, headers, body, Credentials("AKIA", "secret", "token"))
    assert sign_as_we_do(*given_to) == sign_as_aws(*given_to)


@pytest.mark.parametrize("change", [{"method": "GET"}, {"url": "https://h/other"}, {"payload_sha256": "0" * 64}])
def test_whatever_changes_changes_the_signature(change: dict[str, str]) -> None:
    signer = Signer(Credentials("AKIA", "secret"), "eu-central-1", "s3")
    plain = {"method": "PUT", "url": "https://h/key", "payload_sha256": hashlib.sha256(b"").hexdigest()}

    def sign(method: str, url: str, payload_sha256: str) -> str:
        return signer.sign(method, url, {}, payload_sha256, NOW)["Authorization"]

    assert sign(**plain) != sign(**{**plain, **change})
