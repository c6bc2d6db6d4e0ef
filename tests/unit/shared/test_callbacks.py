"""A callback's address names one call, and nobody else can make one."""

import pytest

from omnigen_shared.contracts.base import IntentId, JobId
from omnigen_shared.contracts.callbacks import callback_url, read_callback

SECRET = "whsec_bG9jYWwtc2VjcmV0"
JOB, INTENT = JobId("job_" + "a" * 32), IntentId("scene-02.1.3")


def token_of(secret: str = SECRET) -> str:
    url = callback_url("https://omnigen.test/", secret, JOB, INTENT)
    address, _, token = url.partition("?call=")
    assert address == "https://omnigen.test/api/v1/webhooks/replicate"
    return token


def test_an_address_is_read_back() -> None:
    assert read_callback(token_of(), SECRET) == (JOB, INTENT)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "~~",
        token_of("whsec_b3RoZXI="),
        token_of().replace("scene-02", "scene-03"),
        token_of().replace("job_aa", "job_ab"),
        token_of()[:-1],
        token_of() + "0",
        token_of() + "\n",
    ],
)
def test_any_other_text_is_none(token: str) -> None:
    assert read_callback(token, SECRET) is None
