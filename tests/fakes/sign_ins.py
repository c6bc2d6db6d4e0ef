"""A browser's way to the sign-in page and back, without a browser: what the page was told, what the browser holds."""

from typing import Final
from urllib.parse import parse_qs, urlsplit

from tests.fakes.gateway import GatewayBench
from tests.fakes.visitors import Answer

LOGIN: Final = "/api/v1/auth/login"
CALLBACK: Final = "/api/v1/auth/callback"


def cookies_of(answer: Answer) -> dict[str, str]:
    """What an answer sets, by name."""
    pairs = [value.partition(";")[0].partition("=") for value in answer.headers_named("set-cookie")]
    return {name: value.strip('"') for name, _, value in pairs}


class Trip:
    """One sign-in: what the page was told, what the browser holds. The provider's next code is for it."""

    def __init__(self, bench: GatewayBench, answer: Answer) -> None:
        self.url = urlsplit(answer.header("location") or "")
        self.query = {name: values[0] for name, values in parse_qs(self.url.query).items()}
        self.cookies = cookies_of(answer)
        bench.identity.provider.nonce = self.query["nonce"]

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


async def depart(bench: GatewayBench, return_to: str = "") -> Trip:
    """Begin a sign-in; `return_to` is percent-encoded."""
    answer = await bench.ask("GET", LOGIN + (f"?return_to={return_to}" if return_to else ""), {})
    assert answer.status == 303
    return Trip(bench, answer)


async def depart_apart(bench: GatewayBench) -> tuple[Trip, Trip]:
    """Begin two whose cookies have different names."""
    first = second = await depart(bench)
    while second.cookies.keys() == first.cookies.keys():
        second = await depart(bench)
    return first, second


async def arrive(bench: GatewayBench, trip: Trip, cookie: str | None = None, **changes: str) -> Answer:
    """Come back from the page; `changes` are to the query."""
    query = {"code": "code-1", "state": trip.query["state"], **changes}
    target = CALLBACK + "?" + "&".join(f"{name}={value}" for name, value in query.items())
    return await bench.ask("GET", target, {"Cookie": trip.cookie if cookie is None else cookie})
