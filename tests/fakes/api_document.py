"""The API's document, made anew of the services' own."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from tests.fakes.gateway import gateway_settings
from tests.fakes.jobs_bench import JobsBench
from tests.fakes.own_routes import OPEN
from tests.fakes.public_api import HEALTH, create_services

from omnigen_gateway.app import create_own_routes
from omnigen_gateway.domain.problems import (
    AccountDisabledError,
    CrossSiteError,
    EmailNotVerifiedError,
    ExpiredTokenError,
    HeadersTooLargeError,
    InsufficientScopeError,
    MalformedRequestError,
    RateLimitedError,
    TooManyStreamsError,
    UriTooLongError,
)
from omnigen_gateway.domain.sessions import COOKIE
from omnigen_shared import errors
from omnigen_shared.errors import ProblemError
from omnigen_shared.http.documents import merge_documents
from omnigen_shared.http.links import Document

Problems = Sequence[type[ProblemError]]

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
    "security": [{"access_token": []}, {"session": []}],
    "components": {
        "securitySchemes": {
            "access_token": {
                "type": "http",
                "scheme": "bearer",
                "description": "an access token of Cognito, or an API key (omk_…), which may do what its scopes say",
            },
            "session": {
                "type": "apiKey",
                "in": "cookie",
                "name": COOKIE,
                "description": "a signed-in browser; what changes something also needs X-CSRF-Token, as "
                "GET /api/v1/auth/me tells it, and comes from a page of this deployment",
            },
        }
    },
}
TO_ANYBODY: Final = (MalformedRequestError, UriTooLongError, RateLimitedError, HeadersTooLargeError)
TO_CALLERS: Final = (
    *TO_ANYBODY,
    errors.UnauthenticatedError,
    ExpiredTokenError,
    AccountDisabledError,
    InsufficientScopeError,
    errors.DependencyUnavailableError,
    errors.DeadlineExceededError,
)
TO_WATCHERS: Final = (*TO_CALLERS, TooManyStreamsError)
TO_CHANGES: Final = (*TO_CALLERS, CrossSiteError)
TO_ORDERS: Final = (*TO_CHANGES, EmailNotVerifiedError)
"""What the gateway may refuse, by who asks for what."""


def build_document() -> Document:
    own = create_own_routes(gateway_settings(), lifespan).openapi()
    behind = create_services(JobsBench())
    told: list[tuple[Document, Problems]] = [(select(own, lambda path, _: path in HEALTH), ())]
    told.append((select(own, is_open), TO_ANYBODY))
    told += by_method(select(own, lambda path, method: path not in HEALTH and not is_open(path, method)), TO_CHANGES)
    told += by_method(behind["jobs"].openapi(), TO_ORDERS) + by_method(behind["quota"].openapi(), TO_CHANGES)
    return merge_documents(HEAD, told)


def by_method(document: Document, to_changes: Problems) -> list[tuple[Document, Problems]]:
    """What is only read is refused for less than what changes something, a stream also while there are many."""
    reads = select(document, lambda path, method: method == "get" and not path.endswith("/events"))
    streams = select(document, lambda path, method: method == "get" and path.endswith("/events"))
    changes = select(document, lambda _, method: method != "get")
    return [(reads, TO_CALLERS), (streams, TO_WATCHERS), (changes, to_changes)]


def is_open(path: str, method: str) -> bool:
    return (method.upper(), path) in OPEN


def select(document: Document, is_wanted: Callable[[str, str], bool]) -> Document:
    """The same document with some of its operations."""
    paths = {
        path: {method: operation for method, operation in methods.items() if is_wanted(path, method)}
        for path, methods in document["paths"].items()
    }
    return {**document, "paths": {path: methods for path, methods in paths.items() if methods}}


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
    """Nothing is asked, so nothing is held."""
    yield {}


def write_document(document: Document) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
