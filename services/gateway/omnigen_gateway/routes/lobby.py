"""What needs nobody's name and no route: documents, health, the studio's files, and every address that is none."""

from typing import Final

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from omnigen_gateway.domain.framing import closing
from omnigen_gateway.domain.headers import inner_headers
from omnigen_gateway.domain.paths import check_path
from omnigen_shared.errors import ProblemError
from omnigen_shared.http.middleware import REQUEST_ID_HEADER, request_id_from
from omnigen_shared.http.problems import render_problem

_ASKED_BY_THE_HOUSE: Final = frozenset({b"/health", b"/ready"})
"""By the load balancer, from few addresses."""
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
            if scope["raw_path"] not in _ASKED_BY_THE_HOUSE:
                scope["state"]["door"].admit_anybody(scope)
        except ProblemError as problem:
            await _refuse(problem, scope, receive, send)
            return
        await self._app({**scope, "headers": inner_headers(scope["headers"], {})}, receive, send)


async def _refuse(problem: ProblemError, scope: Scope, receive: Receive, send: Send) -> None:
    request_id = request_id_from(Headers(scope=scope).get(REQUEST_ID_HEADER, ""))
    _log.info("request_refused", request_id=request_id, code=problem.code, detail=problem.detail)
    answer = render_problem(problem, request_id)
    answer.headers.update({REQUEST_ID_HEADER: request_id, **closing(problem)})
    await answer(scope, receive, send)
