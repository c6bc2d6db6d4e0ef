"""The client's side of one proxied request: its head, its body, what it was answered, whether it is still there."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from omnigen_gateway.domain.headers import RequestHead, inner_headers, owned_headers, read_head, returned_headers
from omnigen_gateway.ports import UpstreamAnswer
from omnigen_gateway.routes.bodies import RequestBody, too_large
from omnigen_shared.errors import ProblemError
from omnigen_shared.http.middleware import REQUEST_ID_HEADER, check_json_media_type, request_id_from
from omnigen_shared.http.problems import render_problem

CLIENT_LEFT: Final = 499
"""What is logged as the status when nobody was there to be answered."""


class Visit:
    """One request. `status` is 0 until an answer has begun; `caller` is its sender's id once that is known.

    `peer` is the address of the socket's other end.
    """

    __slots__ = (
        "_body",
        "_max_body_bytes",
        "_receive",
        "_send",
        "added",
        "caller",
        "head",
        "method",
        "peer",
        "request_id",
        "scope",
        "status",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send, max_body_bytes: int) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.peer: str = (scope.get("client") or ("",))[0]
        self.head: RequestHead = read_head(scope["headers"])
        self.request_id = request_id_from(self.head.find(b"x-request-id"))
        self.status = 0
        self.caller = ""
        self.added: Sequence[tuple[bytes, bytes]] = ()
        """Headers of the gateway's own for whatever is answered."""
        self._receive = receive
        self._send = send
        self._max_body_bytes = max_body_bytes
        self._body = RequestBody(receive, max_body_bytes) if self.head.has_body else None

    async def open_body(self) -> bytes | RequestBody | None:
        """The body: None without one, whole when it came in one piece, else as a stream.

        PayloadTooLargeError, UnsupportedMediaTypeError, ClientLeftError.
        """
        if self._body is None:
            return None
        if (self.head.body_bytes or 0) > self._max_body_bytes:
            raise too_large(self._max_body_bytes)
        first = await self._body.read_first()
        is_whole = self._body.finished.is_set()
        if is_whole and not first:
            return None
        check_json_media_type(Headers(scope=self.scope))
        return first if is_whole else self._body

    async def await_disconnect(self) -> None:
        """Return when the client has hung up; it is listened to once its body is read."""
        if self._body is not None:
            await self._body.finished.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def relay(self, answer: UpstreamAnswer) -> None:
        """Hand an answer on as it comes. UpstreamError when it breaks off."""
        headers = returned_headers(answer.headers)
        declared = None if self.method == "HEAD" else dict(headers).get(b"content-length")
        missing = None if declared is None else int(declared)
        await self._start(answer.status, headers)
        while chunk := await answer.read_chunk():
            if missing is not None:
                missing -= len(chunk)
            await self._send({"type": "http.response.body", "body": chunk, "more_body": missing != 0})
            if missing == 0:
                return
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def hand_over(self, app: ASGIApp, headers: Mapping[str, str], marks: Mapping[str, Any]) -> None:
        """Let an app of this process answer, which finds `marks` in its scope."""

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                message = {**message, "headers": [*owned_headers(message["headers"]), *self.added]}
            await self._send(message)

        given = inner_headers(self.scope["headers"], {**headers, REQUEST_ID_HEADER: self.request_id})
        await app({**self.scope, "headers": given, **marks}, self._receive, send)

    async def refuse(self, problem: ProblemError, headers: dict[str, str] | None = None) -> None:
        """Answer with a problem. An answer that has begun cannot be changed: it stays unfinished, which cuts it."""
        if self.status:
            return
        response = render_problem(problem, self.request_id)
        response.headers.update({REQUEST_ID_HEADER: self.request_id, **(headers or {})})
        response.raw_headers.extend(self.added)
        self.status = problem.status
        await response(self.scope, self._receive, self._send)

    async def _start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.status = status
        headers.append((b"x-request-id", self.request_id.encode()))
        headers.extend(self.added)
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
