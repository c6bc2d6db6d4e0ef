"""Bytes that no honest client sends, to the gateway's own process: smuggled requests, strange lines, forged headers."""

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.attacks.refusals import REFUSED
from tests.fakes.gateway import PRIVATE_KEY, bearer
from tests.fakes.lenient_cloud import LENIENT_CLOUD, lenient_settings
from tests.fakes.loopback import listen, serve_app, talk_raw, url_of
from tests.fakes.services import ScriptedService
from tests.fakes.tokens import CLIENT_ID, ISSUER, provider_key

from omnigen_gateway.protocol import MAX_UNFINISHED_HEAD_BYTES
from omnigen_local.environments import process_environment
from omnigen_local.processes import Processes, Program, wait_all_ready

pytestmark = pytest.mark.asyncio(loop_scope="module")

JOB: Final = "/api/v1/jobs/job_1"
TOKEN: Final = bearer()["Authorization"]
KNOWN: Final = f"Host: gateway\r\nAuthorization: {TOKEN}\r\n"
POST: Final = f"POST /api/v1/jobs HTTP/1.1\r\n{KNOWN}Content-Type: application/json\r\n"
GET: Final = f"GET {JOB} HTTP/1.1\r\n{KNOWN}"
CHUNKED: Final = f"{POST}Transfer-Encoding: chunked\r\n"
NOBODYS: Final = CHUNKED.replace(f"Authorization: {TOKEN}\r\n", "")
END: Final = "\r\n0\r\n\r\n"
HIDDEN: Final = f"GET {JOB}/hidden HTTP/1.1\r\n{KNOWN}\r\n"
"""A request that stands where one reader sees a body and another one does not."""


class Gateway:
    """Its address, and the service behind it."""

    def __init__(self, url: str, service: ScriptedService) -> None:
        self.url = url
        self.service = service


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """One process for all attacks: none of them may harm it."""
    folder: Path = tmp_path_factory.mktemp("gateway")
    service = ScriptedService()
    service.app.routes.append(Route("/jwks.json", lambda _request: JSONResponse({"keys": [provider_key().jwk()]})))
    service.app.routes.append(LENIENT_CLOUD)
    with listen() as sock:
        url = url_of(sock)
    async with serve_app(service.app) as behind, Processes(folder) as processes:
        settings = {
            **lenient_settings(behind),
            **process_environment(folder),
            "IDENTITY_PRIVATE_KEY": PRIVATE_KEY,
            "COGNITO_ISSUER": ISSUER,
            "COGNITO_CLIENT_ID": CLIENT_ID,
            "COGNITO_JWKS_URL": f"{behind}/jwks.json",
            "JOBS_URL": behind,
            "QUOTA_URL": behind,
            "PUBLIC_BASE_URL": "http://localhost:8080",
            "PORT": url.rpartition(":")[2],
        }
        command = (sys.executable, "-P", "-m", "omnigen_gateway")
        await wait_all_ready([await processes.start(Program("gateway", command, settings, f"{url}/health"))], 120)
        yield Gateway(url, service)


SMUGGLED: Final = {
    "CL.TE": f"{POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n{END}{HIDDEN}",
    "TE.CL": f"{CHUNKED}Content-Length: 5\r\n{END}{HIDDEN}",
    "two lengths": f"{POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}{HIDDEN}",
    "the same length twice": f"{POST}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}{HIDDEN}",
    "a list of lengths": f"{POST}Content-Length: 2, 2\r\n\r\n{{}}{HIDDEN}",
    "a length with a sign": f"{POST}Content-Length: +2\r\n\r\n{{}}{HIDDEN}",
    "a negative length": f"{POST}Content-Length: -1\r\n\r\n{{}}{HIDDEN}",
    "a length in hexadecimal": f"{POST}Content-Length: 0x2\r\n\r\n{{}}{HIDDEN}",
    "a length with a space": f"{POST}Content-Length: 1 2\r\n\r\n{{}}{HIDDEN}",
    "an empty length": f"{POST}Content-Length:\r\n\r\n{HIDDEN}",
    "a length beyond 64 bits": f"{POST}Content-Length: 18446744073709551618\r\n\r\n{{}}{HIDDEN}",
    "chunked, gzip": f"{POST}Transfer-Encoding: chunked, gzip\r\n{END}{HIDDEN}",
    "gzip, chunked": f"{POST}Transfer-Encoding: gzip, chunked\r\n{END}{HIDDEN}",
    "identity": f"{POST}Transfer-Encoding: identity\r\n{END}{HIDDEN}",
    "xchunked": f"{POST}Transfer-Encoding: xchunked\r\n{END}{HIDDEN}",
    "chunked in quotes": f'{POST}Transfer-Encoding: "chunked"\r\n{END}{HIDDEN}',
    "chunked twice": f"{CHUNKED}Transfer-Encoding: chunked\r\n{END}{HIDDEN}",
    "chunked, then identity": f"{CHUNKED}Transfer-Encoding: identity\r\n{END}{HIDDEN}",
    "a vertical tab before chunked": f"{POST}Transfer-Encoding:\x0bchunked\r\n{END}{HIDDEN}",
    "a space before the colon of chunked": f"{POST}Transfer-Encoding : chunked\r\n{END}{HIDDEN}",
    "chunked on a folded line": f"{POST}Transfer-Encoding:\r\n chunked\r\n{END}{HIDDEN}",
    "chunked behind a bare CR": f"{POST}X: 1\rTransfer-Encoding: chunked\r\n{END}{HIDDEN}",
    "chunked behind a bare LF": f"{POST}X: 1\nTransfer-Encoding: chunked\r\n{END}{HIDDEN}",
    "chunked in HTTP/1.0": CHUNKED.replace("HTTP/1.1", "HTTP/1.0") + END + HIDDEN,
    "a chunk that is no number": f"{CHUNKED}\r\nzz\r\n{{}}\r\n0\r\n\r\n{HIDDEN}",
    "a chunk below zero": f"{CHUNKED}\r\n-2\r\n{{}}\r\n0\r\n\r\n{HIDDEN}",
    "a chunk with 0x": f"{CHUNKED}\r\n0x2\r\n{{}}\r\n0\r\n\r\n{HIDDEN}",
    "a chunk beyond 64 bits": f"{CHUNKED}\r\n10000000000000002\r\n{{}}\r\n0\r\n\r\n{HIDDEN}",
    "a chunk that is longer than it says": f"{CHUNKED}\r\n2\r\n{{}}{{}}\r\n0\r\n\r\n{HIDDEN}",
    "a chunk's line with a bare LF": f"{CHUNKED}\r\n2\n{{}}\n0\n\n{HIDDEN}",
    "a chunk's extension with a bare LF": f"{CHUNKED}\r\n2;a=b\n{{}}\r\n0\r\n\r\n{HIDDEN}",
}
LINES: Final = {
    "a folded header": f"{GET}X-Fold: a\r\n b\r\n\r\n",
    "a folded first header": f"GET {JOB} HTTP/1.1\r\n folded: 1\r\n{KNOWN}\r\n",
    "a token on a folded line": f"GET {JOB} HTTP/1.1\r\nHost: gateway\r\nAuthorization:\r\n {TOKEN}\r\n\r\n",
    "bare LF everywhere": f"{GET}\r\n".replace("\r\n", "\n"),
    "a bare LF at the end": f"{GET}\n",
    "bare CR everywhere": f"{GET}\r\n".replace("\r\n", "\r"),
    "a null byte in the path": f"GET {JOB}\0 HTTP/1.1\r\n{KNOWN}\r\n",
    "a null byte in a value": f"{GET}X: a\0b\r\n\r\n",
    "a null byte in a name": f"{GET}X\0Y: a\r\n\r\n",
    "a path that is not ASCII": f"GET {JOB}\xe4 HTTP/1.1\r\n{KNOWN}\r\n",
    "a space in a name": f"{GET}X Bad: 1\r\n\r\n",
    "a space before a colon": f"{GET}X-Bad : 1\r\n\r\n",
    "a line without a colon": f"{GET}XBad\r\n\r\n",
    "a header without a name": f"{GET}: x\r\n\r\n",
    "tabs in the first line": f"GET\t{JOB}\tHTTP/1.1\r\n{KNOWN}\r\n",
    "a space before the first line": f" {GET}\r\n",
    "a method in lower case": f"get {JOB} HTTP/1.1\r\n{KNOWN}\r\n",
    "HTTP/0.9": f"GET {JOB}\r\n\r\n",
    "HTTP/1.2": f"GET {JOB} HTTP/1.2\r\n{KNOWN}\r\n",
    "HTTP/2.0 in lines": f"GET {JOB} HTTP/2.0\r\n{KNOWN}\r\n",
    "the preface of HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no Host": f"GET {JOB} HTTP/1.1\r\nAuthorization: {TOKEN}\r\n\r\n",
    "two Hosts": f"{GET}Host: jobs\r\n\r\n",
    "two cookies' headers": f"{GET}Cookie: a=1\r\nCookie: b=2\r\n\r\n",
    "two viewers' addresses": GET + "CloudFront-Viewer-Address: 1.2.3.4:5\r\n" * 2 + "\r\n",
    "two tokens": f"{GET}Authorization: {TOKEN}\r\n\r\n",
    "a tunnel": f"CONNECT 127.0.0.1:80 HTTP/1.1\r\n{KNOWN}\r\n",
    "a tunnel to an address inside": f"CONNECT jobs:8080 HTTP/1.1\r\n{KNOWN}\r\n",
    "every address": f"OPTIONS * HTTP/1.1\r\n{KNOWN}\r\n",
    "an address without a slash": f"GET api/v1/jobs HTTP/1.1\r\n{KNOWN}\r\n",
    "an absolute address inside": f"GET http://jobs:8080/internal/v1/predictions HTTP/1.1\r\n{KNOWN}\r\n",
    "an absolute address that climbs": f"GET http://gateway/api/v1/jobs/../../internal HTTP/1.1\r\n{KNOWN}\r\n",
}
IDENTITIES: Final = {
    "an identity with a space before its colon": f"{GET}X-OmniGen-Identity : forged\r\n\r\n",
    "an identity on a folded line": f"{GET}X-OmniGen-Identity:\r\n forged\r\n\r\n",
    "an identity behind a bare CR": f"{GET}X: 1\rX-OmniGen-Identity: forged\r\n\r\n",
    "an identity behind a bare LF": f"{GET}X: 1\nX-OmniGen-Identity: forged\r\n\r\n",
    "an identity behind a null byte": f"{GET}X-OmniGen-Identity\0: forged\r\n\r\n",
    "an identity behind a tab": f"{GET}\tX-OmniGen-Identity: forged\r\n\r\n",
}
RAW: Final = {**SMUGGLED, **LINES, **IDENTITIES}


@pytest.mark.parametrize("request_bytes", RAW.values(), ids=RAW.keys())
async def test_it_is_refused_and_nothing_behind_it_is_read(gateway: Gateway, request_bytes: str) -> None:
    before = (gateway.service.calls, list(gateway.service.parts))
    # The last request asks for the end of the connection, if anybody gets to read it.
    tail = f"GET /api/v1/usage HTTP/1.1\r\n{KNOWN}Connection: close\r\n\r\n"
    answers = await talk_raw(gateway.url, (request_bytes + tail).encode("latin-1"))
    first, *others = (int(answer[:3]) for answer in answers.split(b"HTTP/1.1 ")[1:])
    assert first in REFUSED, answers
    assert b"hidden" not in answers
    if request_bytes in SMUGGLED.values():
        assert others == []
        assert (gateway.service.calls, gateway.service.parts) == before


@pytest.mark.parametrize("request_bytes", [RAW[name] for name in RAW if name != "two tokens"])
async def test_what_is_no_route_is_no_way_in_either(gateway: Gateway, request_bytes: str) -> None:
    asked = request_bytes.removesuffix(HIDDEN).replace(JOB, "/health").replace("/api/v1/jobs", "/health")
    tail = f"GET /api/v1/usage HTTP/1.1\r\n{KNOWN}Connection: close\r\n\r\n"
    answers = await talk_raw(gateway.url, (asked + tail).encode("latin-1"))
    first, *others = (int(answer[:3]) for answer in answers.split(b"HTTP/1.1 ")[1:])
    assert first in REFUSED, answers
    if request_bytes in SMUGGLED.values():
        assert others == []


async def test_a_token_behind_the_body_lets_nobody_in(gateway: Gateway) -> None:
    request = f"{NOBODYS}Connection: close\r\n\r\n2\r\n{{}}\r\n0\r\nAuthorization: {TOKEN}\r\n\r\n"
    assert (await talk_raw(gateway.url, request.encode())).startswith(b"HTTP/1.1 401 ")


async def test_a_key_behind_the_body_is_none(gateway: Gateway) -> None:
    request = f"{CHUNKED}Connection: close\r\n\r\n2\r\n{{}}\r\n0\r\nIdempotency-Key: trailing\r\n\r\n"
    answer = await talk_raw(gateway.url, request.encode())
    assert answer.startswith(b"HTTP/1.1 202 ")
    assert b"trailing" not in answer


@pytest.mark.parametrize("endless", ["X: 1\r\n" * 20_000, "X: " + "x" * 100_000])
@pytest.mark.parametrize("path", ["/api/v1/jobs", "/api/v1/nope"])
async def test_trailers_that_do_not_end_are_hung_up_on(gateway: Gateway, path: str, endless: str) -> None:
    request = f"{CHUNKED}\r\n2\r\n{{}}\r\n0\r\n{endless}".replace("/api/v1/jobs", path)
    assert (await talk_raw(gateway.url, request.encode())).partition(b"\r\n")[0].split()[1] != b"200"


async def test_a_chunks_extension_that_does_not_end_is_hung_up_on(gateway: Gateway) -> None:
    request = f"{CHUNKED}\r\n2;x={'x' * 100_000}"
    assert (await talk_raw(gateway.url, request.encode())).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("length", [9_000, 17_000, 60_000])
async def test_a_huge_token_is_no_token(gateway: Gateway, length: int) -> None:
    request = f"GET {JOB} HTTP/1.1\r\nHost: g\r\nConnection: close\r\nAuthorization: Bearer {'x' * length}\r\n\r\n"
    assert (await talk_raw(gateway.url, request.encode())).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("name", ["X-OmniGen-Identity", "X_OmniGen_Identity"])
async def test_what_stands_behind_a_body_is_no_header(gateway: Gateway, name: str) -> None:
    request = f"{CHUNKED}Trailer: {name}\r\nConnection: close\r\n\r\n2\r\n{{}}\r\n0\r\n{name}: forged\r\n\r\n"
    assert b"forged" not in await talk_raw(gateway.url, request.encode())


@pytest.mark.parametrize("protocol", ["websocket", "h2c"])
async def test_no_other_protocol_is_agreed_to(gateway: Gateway, protocol: str) -> None:
    upgrade = f"{GET}Connection: Upgrade, close\r\nUpgrade: {protocol}\r\n\r\n{HIDDEN}"
    answers = await talk_raw(gateway.url, upgrade.encode())
    assert [answer[:3] for answer in answers.split(b"HTTP/1.1 ")[1:]] == [b"200"]
    assert b"hidden" not in answers


@pytest.mark.parametrize("lines", ["X: " + "x" * 20_000, "X" * 20_000 + ": 1", "\r\n".join(["X: 1"] * 4_000)])
async def test_a_head_that_is_too_large_is_told_so(gateway: Gateway, lines: str) -> None:
    answer = await talk_raw(gateway.url, f"{GET}{lines}\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_a_head_that_does_not_end_is_hung_up_on(gateway: Gateway) -> None:
    filler = b"X: " + b"x" * MAX_UNFINISHED_HEAD_BYTES
    answer = await talk_raw(gateway.url, b"GET /health HTTP/1.1\r\n" + filler)
    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_several_requests_share_a_connection(gateway: Gateway) -> None:
    tail = f"GET /api/v1/usage HTTP/1.1\r\n{KNOWN}Connection: close\r\n\r\n"
    answer = await talk_raw(gateway.url, f"{GET}\r\n{tail}".encode())
    bodies = [json.loads(part.partition(b"\r\n\r\n")[2]) for part in answer.split(b"HTTP/1.1 200 OK")[1:]]
    assert [body["path"] for body in bodies] == [JOB, "/api/v1/usage"]
