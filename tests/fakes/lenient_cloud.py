"""What a gateway asks of AWS where only its tokens matter: everybody is in good standing, the table is empty.

A user whose id begins with a plan's name and a hyphen has that plan.
"""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from omnigen_local.addresses import CREDENTIALS, NO_ACCOUNTS, REGION
from omnigen_local.environments import Environment
from omnigen_shared.contracts.spending import PlanName

_ANSWERS: Final = {
    "AdminGetUser": {
        "Username": "somebody",
        "Enabled": True,
        "UserStatus": "CONFIRMED",
        "UserAttributes": [{"Name": "email_verified", "Value": "true"}],
    },
    "GetItem": {"ConsumedCapacity": {}},
}


async def _answer(request: Request) -> Response:
    operation = request.headers["x-amz-target"].rpartition(".")[2]
    answer = _ANSWERS.get(operation) or _groups_of((await request.json())["Username"])
    return JSONResponse(answer, media_type="application/x-amz-json-1.1")


def _groups_of(user_id: str) -> dict[str, Any]:
    return {"Groups": [{"GroupName": plan} for plan in PlanName if user_id.startswith(f"{plan}-")]}


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
