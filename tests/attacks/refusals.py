"""What a refused attack looks like: 400, 401 or 403, a problem, and no service that was asked."""

from typing import Final

from tests.fakes.gateway import GatewayBench
from tests.fakes.visitors import Answer

from omnigen_gateway.domain.sessions import COOKIE

REFUSED: Final = frozenset({400, 401, 403})


def assert_refused(answer: Answer, bench: GatewayBench) -> None:
    """Nobody was let in, led anywhere or told a thing, and nothing went on."""
    assert answer.status in REFUSED, answer
    assert (answer.header("content-type"), answer.json["status"]) == ("application/problem+json", answer.status)
    assert answer.header("cache-control") == "no-store"
    assert answer.header("location") is None
    assert not [cookie for cookie in answer.headers_named("set-cookie") if cookie.startswith(f"{COOKIE}=")]
    assert bench.jobs.requests == bench.quota.requests == []
