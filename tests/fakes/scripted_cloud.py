"""What AWS and the composer say where only matters that they say something: tables are empty, everybody is welcome."""

from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.fakes.tokens import provider_key

_EMPTY_PAGE: Final = {"Items": [], "Count": 0, "ScannedCount": 0}
_ANSWERS: Final[dict[str, Any]] = {
    "Query": _EMPTY_PAGE,
    "BatchGetItem": {"Responses": {}, "UnprocessedKeys": {}},
    "StartExecution": {"executionArn": "arn:aws:states:us-east-1:0:execution:omnigen:x", "startDate": 0},
    "AdminGetUser": {
        "Username": "somebody",
        "Enabled": True,
        "UserStatus": "CONFIRMED",
        "UserAttributes": [{"Name": "email_verified", "Value": "true"}],
    },
    "AdminListGroupsForUser": {"Groups": []},
    "ListUsers": {"Users": []},
    "SignUp": {"UserConfirmed": False, "UserSub": "somebody"},
}


async def _answer(request: Request) -> Response:
    operation = request.headers.get("x-amz-target", "").rpartition(".")[2]
    return JSONResponse(_ANSWERS.get(operation, {}), media_type="application/x-amz-json-1.1")


async def _remove(_request: Request) -> Response:
    return Response("<DeleteResult/>", media_type="application/xml")


async def _work(_request: Request) -> Response:
    return JSONResponse({"progress": 0.5}, 202, {"Retry-After": "1"})


def _keys(_request: Request) -> Response:
    return JSONResponse({"keys": [provider_key().jwk()]})


CLOUD: Final = Starlette(
    routes=[
        Route("/jwks.json", _keys),
        Route("/", _answer, methods=["POST"]),
        Route("/v1/{key:path}", _work, methods=["PUT"]),
        Route("/{bucket}", _remove, methods=["POST"]),
    ]
)
