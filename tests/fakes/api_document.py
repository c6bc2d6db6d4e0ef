"""The API's document, made anew of the services' own."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from tests.fakes.gateway import gateway_settings
from tests.fakes.jobs_bench import JobsBench
from tests.fakes.public_api import create_services

from omnigen_gateway.app import create_own_routes
from omnigen_gateway.domain.problems import (
    ExpiredTokenError,
    HeadersTooLargeError,
    MalformedRequestError,
    RateLimitedError,
    UriTooLongError,
)
from omnigen_shared import errors
from omnigen_shared.http.documents import Document, merge_documents

PATH: Final = Path(__file__).parents[2] / "services" / "gateway" / "omnigen_gateway" / "pages" / "openapi.json"
HEAD: Final[dict[str, Any]] = {
    "openapi": "3.1.0",
    "info": {
        "title": "OmniGen",
        "version": "1",
        "summary": "A text prompt becomes a finished video.",
        "description": "JSON is snake_case, times are RFC 3339 in UTC, money is a decimal string in USD. Every refusal "
        "is a Problem (RFC 9457). `RateLimit` and `RateLimit-Policy` tell how many requests are left, `Retry-After` "
        "when to come back.",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    },
    "servers": [{"url": "/"}],
    "security": [{"access_token": []}],
    "components": {
        "securitySchemes": {
            "access_token": {"type": "http", "scheme": "bearer", "description": "an access token of Cognito"}
        }
    },
}
EVERYWHERE: Final = (
    MalformedRequestError,
    errors.UnauthenticatedError,
    ExpiredTokenError,
    UriTooLongError,
    RateLimitedError,
    HeadersTooLargeError,
    errors.DependencyUnavailableError,
    errors.DeadlineExceededError,
)
"""What the gateway may refuse on any route that it leads to a service."""


def build_document() -> Document:
    own = create_own_routes(gateway_settings(), lifespan)
    behind = create_services(JobsBench()).values()
    return merge_documents(HEAD, [(own.openapi(), ()), *((app.openapi(), EVERYWHERE) for app in behind)])


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
    """Nothing is asked, so nothing is held."""
    yield {}


def write_document(document: Document) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
