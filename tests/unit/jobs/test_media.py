"""Links that CloudFront takes: its key's signature over exactly the URL, until a time."""

import base64
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError
from tests.fakes.jobs_bench import make_settings

from omnigen_jobs.clients.media import CloudFrontLinks
from omnigen_shared.testing.clock import FrozenClock

BASE_URL = "https://omnigen.example/media"
KEY = "u/user-1/renders/r/a b.mp4"


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return generate_rsa_key(65537, 2048)


def to_pem(key: object) -> str:
    text: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined]
    return text.decode()


async def test_a_link_is_signed_for_its_object_name_and_time(key: RSAPrivateKey) -> None:
    clock = FrozenClock()
    links = CloudFrontLinks.with_key(BASE_URL, "K123", to_pem(key), timedelta(minutes=15), clock)
    url = await links.link(KEY, "omnigen-dawn.mp4", "video/mp4")
    parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{BASE_URL}/u/user-1/renders/r/a%20b.mp4"
    assert query["response-content-disposition"] == ['inline; filename="omnigen-dawn.mp4"']
    saved = await links.link(KEY, "omnigen-dawn.mp4", "video/mp4", is_saved=True)
    assert parse_qs(urlsplit(saved).query)["response-content-disposition"] == [
        'attachment; filename="omnigen-dawn.mp4"'
    ]
    assert query["response-content-type"] == ["video/mp4"]
    assert query["Key-Pair-Id"] == ["K123"]
    until = int((clock.now() + timedelta(minutes=15)).timestamp())
    assert query["Expires"] == [str(until)]
    signed = url.split("&Expires=")[0]
    policy = f'{{"Statement":[{{"Resource":"{signed}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{until}}}}}}}]}}'
    signature = base64.b64decode(query["Signature"][0].translate(str.maketrans("-_~", "+=/")))
    key.public_key().verify(signature, policy.encode(), PKCS1v15(), SHA1())  # noqa: S303 - what CloudFront asks for


def test_another_kind_of_key_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="RSA"):
        CloudFrontLinks.with_key(
            BASE_URL, "K123", to_pem(generate_private_key(SECP256R1())), timedelta(1), FrozenClock()
        )


def test_what_signs_links_is_given_together_or_not_at_all() -> None:
    assert make_settings().media_key is None
    whole = {"media_base_url": BASE_URL, "media_key_id": "K123", "media_private_key": "pem"}
    assert make_settings(**whole).media_key is not None
    for left_out in whole:
        with pytest.raises(ValidationError, match="belong together"):
            make_settings(**{name: value for name, value in whole.items() if name != left_out})
