"""Names, sockets and connections that exist in memory only, for whoever sends requests out."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler

from omnigen_shared.outbound.connecting import AddressInfo


class FakeResolver(AbstractResolver):
    """Each name's answers in turn; the last one stays."""

    def __init__(self, **names: Sequence[Sequence[str]]) -> None:
        self.asked: list[str] = []
        self._answers = {name.replace("_", "."): list(answers) for name, answers in names.items()}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        del family
        self.asked.append(host)
        answers = self._answers.get(host)
        if not answers:
            raise OSError(None, "no such name")
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        return


class NoSockets:
    """Remembers what would have been connected to, and connects to nothing."""

    def __init__(self) -> None:
        self.wanted: list[str] = []

    def __call__(self, info: AddressInfo) -> socket.socket:
        self.wanted.append(str(info[4][0]))
        raise ConnectionRefusedError("there are no sockets here")


class _Wire(asyncio.Transport):
    """What a request is written to; each whole head of one is answered once by `answer`."""

    def __init__(self, protocol: ResponseHandler, answer: Callable[[ResponseHandler], None]) -> None:
        super().__init__()
        self.sent = b""
        self._protocol = protocol
        self._answer = answer
        self._is_closed = False

    def write(self, data: Any) -> None:
        had_head = b"\r\n\r\n" in self.sent
        self.sent += bytes(data)
        if not had_head and b"\r\n\r\n" in self.sent:
            asyncio.get_running_loop().call_soon(self._answer, self._protocol)

    def is_closing(self) -> bool:
        return self._is_closed

    def close(self) -> None:
        self._is_closed = True

    def abort(self) -> None:
        self._is_closed = True

    def pause_reading(self) -> None:
        return

    def resume_reading(self) -> None:
        return


class ScriptedConnector(aiohttp.BaseConnector):
    """Real HTTP over no connection: what is sent is kept, what `answer` feeds to the protocol is what was answered."""

    def __init__(self, answer: Callable[[ResponseHandler], None]) -> None:
        super().__init__(force_close=True)
        self.wires: list[_Wire] = []
        self._answer = answer

    async def _create_connection(self, *_: Any) -> ResponseHandler:
        protocol = ResponseHandler(asyncio.get_running_loop())
        wire = _Wire(protocol, self._answer)
        self.wires.append(wire)
        protocol.connection_made(wire)
        return protocol


def says(*parts: bytes, hangs_up: bool = False) -> Callable[[ResponseHandler], None]:
    """An answer, and perhaps the connection's end right after it."""

    def answer(protocol: ResponseHandler) -> None:
        for part in parts:
            protocol.data_received(part)
        if hangs_up:
            protocol.connection_lost(None)

    return answer
