"""What needs nobody's name and no route: documents, health, the studio's files, and every address that is none."""

from typing import Final

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from omnigen_gateway.domain.framing import closing
from omnigen_gateway.domain.headers import inner_headers
from omnigen_gateway.domain.paths import check_path
from omnigen_shared.client import TIMEOUT_HEADER
from omnigen_shared.errors import ProblemError
from omnigen_shared.http.middleware import REQUEST_ID_HEADER, request_id_from
from omnigen_shared.http.problems import render_problem

BODY_WITHIN_S: Final = 25
"""Nothing here takes a body; who sends one all the same is not waited for any longer than elsewhere."""
_READ: Final = frozenset({"GET", "HEAD"})
_log = structlog.get_logger()


class Lobby:
    """Lets an app answer what is spelled plainly and not asked too often, as the lifespan state's `door` says."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            check_path(scope["raw_path"])
            scope["state"]["door"].admit_anybody(scope)
        except ProblemError as problem:
            await refuse(problem, scope, receive, send)
            return
        # A file may be fetched as slowly as somebody's line is.
        deadline = {} if scope["method"] in _READ else {TIMEOUT_HEADER: str(BODY_WITHIN_S)}
        await self._app({**scope, "headers": inner_headers(scope["headers"], deadline)}, receive, send)


async def refuse(problem: ProblemError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a problem before anybody has looked at the request."""
    request_id = request_id_from(Headers(scope=scope).get(REQUEST_ID_HEADER, ""))
    _log.info("request_refused", request_id=request_id, code=problem.code, detail=problem.detail)
    answer = render_problem(problem, request_id)
    answer.headers.update({REQUEST_ID_HEADER: request_id, **closing(problem)})
    await answer(scope, receive, send)
