"""A client of an ASGI app without a socket between them."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Scope


@dataclass
class Answer:
    """What an app sent. `parts` are its body's messages, `is_complete` whether it said that it was done."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)
    is_complete: bool = False

    def header(self, name: str) -> str | None:
        """The one value of a header; None when it was not sent."""
        values = self.headers_named(name)
        assert len(values) <= 1, f"{name} was sent {len(values)} times"
        return values[0] if values else None

    def headers_named(self, name: str) -> list[str]:
        return [value for given, value in self.headers if given == name.lower()]

    @property
    def json(self) -> Any:
        return json.loads(b"".join(self.parts))


class Visitor:
    """Sends one request and keeps the answer; it stays connected until `leave` is called."""

    def __init__(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        body: Sequence[bytes] = (),
        state: Mapping[str, Any] | None = None,
    ) -> None:
        self.answer = Answer()
        self.arrived = asyncio.Event()
        """Set whenever a part of the answer arrives."""
        self._scope = _scope(method, target, headers, state or {})
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        for number, part in enumerate(body or (b"",), 1):
            self.send_part(part, more=number < len(body))

    def send_part(self, part: bytes, *, more: bool) -> None:
        self._incoming.put_nowait({"type": "http.request", "body": part, "more_body": more})

    def forget_body(self) -> None:
        """Take back what was to be sent: `send_part` says what is."""
        self._incoming = asyncio.Queue()

    def leave(self) -> None:
        """Hang up."""
        self._incoming.put_nowait({"type": "http.disconnect"})

    async def call(self, app: ASGIApp) -> Answer:
        """Run the app on this request to its end."""
        await app(self._scope, self._incoming.get, self._keep)
        return self.answer

    async def _keep(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.answer.status = message["status"]
            self.answer.headers = [(name.decode().lower(), value.decode()) for name, value in message["headers"]]
        else:
            self.answer.parts.append(message.get("body", b""))
            self.answer.is_complete = not message.get("more_body", False)
        self.arrived.set()


def _scope(
    method: str, target: str, headers: Mapping[str, str] | Sequence[tuple[str, str]], state: Mapping[str, Any]
) -> Scope:
    raw_path, _, query = target.partition("?")
    pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
    if not any(name.lower() == "host" for name, _ in pairs):
        pairs.insert(0, ("Host", "testserver"))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http",
        "server": ("testserver", 80),
        "client": ("127.0.0.1", 50000),
        "root_path": "",
        "method": method,
        "path": unquote(raw_path),
        "raw_path": raw_path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in pairs],
        "state": dict(state),
    }
