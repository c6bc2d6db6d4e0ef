"""A proxy in front of everything of AWS that is called: DynamoDB, S3 and Step Functions have a weather each.

Addresses that were signed for somebody else pass as they are, and so does what is asked of any other service.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

import orjson
from aiohttp import web
from tests.fakes.table_proxy import Answer, Fault, TableProxy, Weather, keep_headers
from yarl import URL

DYNAMODB: Final = "dynamodb"
S3: Final = "s3"
STATES: Final = "states"
SERVICES: Final = (DYNAMODB, S3, STATES)
FAULTS: Final[Mapping[str, tuple[Fault, ...]]] = {
    DYNAMODB: tuple(Fault),
    # A removal that is done long after its caller has given up is no fault of S3: nobody could defend a new object.
    S3: tuple(fault for fault in Fault if fault not in {Fault.CONFLICT, Fault.LATE}),
    STATES: tuple(fault for fault in Fault if fault is not Fault.CONFLICT),
}
"""What each may do."""
_SCOPE: Final = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/(?P<service>[^/]+)/aws4_request")
_S3_WORDS: Final[Mapping[Fault, tuple[int, str]]] = {
    Fault.THROTTLED: (503, "SlowDown"),
    Fault.OVER_CAPACITY: (503, "ServiceUnavailable"),
    Fault.BROKEN: (500, "InternalError"),
    Fault.BROKEN_AFTER: (500, "InternalError"),
}
_STATES_WORDS: Final[Mapping[Fault, tuple[int, str]]] = {
    Fault.THROTTLED: (400, "ThrottlingException"),
    Fault.OVER_CAPACITY: (503, "ServiceUnavailable"),
    Fault.BROKEN: (500, "InternalServerError"),
    Fault.BROKEN_AFTER: (500, "InternalServerError"),
}
_READS: Final = frozenset({"GetItem", "BatchGetItem", "Query", "Scan"})
"""No transaction is in their way."""
_UNSENT: Final = frozenset({"connection", "content-length", "expect", "keep-alive", "transfer-encoding"})
_OUR_OWN: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""What aiohttp would add."""


class CloudProxy(TableProxy):
    """An async context manager. `weathers` by service; `struck` counts faults by service and name."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__("", seed)
        self.weathers = {service: Weather() for service in SERVICES}
        self.struck: Counter[str] = Counter()

    def storm(self, service: str, likelihood: float) -> None:
        """Each of the service's faults alike, from now on."""
        self.weathers[service] = Weather(dict.fromkeys(FAULTS[service], likelihood))

    async def clear_up(self) -> None:
        self.weathers = {service: Weather() for service in SERVICES}
        await super().clear_up()

    def _name_operation(self, request: web.Request) -> str:
        return super()._name_operation(request) or f"{request.method} {service_of(request)}"

    def _weather_of(self, request: web.Request) -> Weather:
        return self.weathers.get(service_of(request), Weather())

    async def _strike(self, fault: Fault, request: web.Request, body: bytes) -> web.StreamResponse:
        if fault is Fault.CONFLICT and super()._name_operation(request) in _READS:
            return await super()._strike(Fault.SLOW, request, body)
        self.struck[f"{service_of(request)} {fault.value}"] += 1
        return await super()._strike(fault, request, body)

    def _refuse(self, fault: Fault, request: web.Request) -> Answer | None:
        service = service_of(request)
        if service == S3 and fault in _S3_WORDS:
            status, code = _S3_WORDS[fault]
            body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>try again</Message></Error>"
            return Answer(status, {"Content-Type": "application/xml"}, body.encode())
        if service == STATES and fault in _STATES_WORDS:
            status, code = _STATES_WORDS[fault]
            return Answer(status, {"Content-Type": "application/x-amz-json-1.0"}, orjson.dumps({"__type": code}))
        return super()._refuse(fault, request) if service == DYNAMODB else None

    async def _forward(self, request: web.Request, body: bytes) -> Answer:
        """As it was signed, its host included."""
        headers = [(name, value) for name, value in request.headers.items() if name.lower() not in _UNSENT]
        url = URL(f"{self.target_url}{request.raw_path}", encoded=True)
        async with self.session.request(
            request.method, url, data=body or None, headers=headers, skip_auto_headers=_OUR_OWN, allow_redirects=False
        ) as answer:
            kept = keep_headers(answer.headers)
            if request.method == "HEAD" and "Content-Length" in answer.headers:
                kept["Content-Length"] = answer.headers["Content-Length"]
            return Answer(answer.status, kept, await answer.read())


def service_of(request: web.Request) -> str:
    """By the scope of its signature; "" for what is not signed in its head."""
    found = _SCOPE.search(request.headers.get("Authorization", ""))
    return found["service"] if found else ""
