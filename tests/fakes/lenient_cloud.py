"""What a gateway asks of AWS where only its tokens matter: everybody is in good standing, the table is empty."""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from omnigen_local.addresses import CREDENTIALS, NO_ACCOUNTS, REGION
from omnigen_local.environments import Environment

_ANSWERS: Final = {
    "AdminGetUser": {
        "Username": "somebody",
        "Enabled": True,
        "UserStatus": "CONFIRMED",
        "UserAttributes": [{"Name": "email_verified", "Value": "true"}],
    },
    "AdminListGroupsForUser": {"Groups": []},
    "GetItem": {},
}


async def _answer(request: Request) -> Response:
    operation = request.headers["x-amz-target"].rpartition(".")[2]
    return JSONResponse(_ANSWERS[operation], media_type="application/x-amz-json-1.1")


LENIENT_CLOUD: Final = Route("/", _answer, methods=["POST"])


def lenient_settings(url: str) -> Environment:
    """The settings of a gateway's process that is to ask there."""
    return {
        **CREDENTIALS,
        **NO_ACCOUNTS,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": url,
        "IDENTITY_TABLE": "identity",
        "SESSION_KEYS": f'["{"A" * 43}="]',
        "COGNITO_USER_POOL_ID": "us-east-1_test",
        "COGNITO_PUBLIC_URL": "http://localhost:9",
        "COGNITO_OAUTH_URL": url,
    }
