"""Pages of other origins read nothing, unless a deployment names them; and never with a cookie."""

import pytest
from tests.fakes.gateway import bearer, open_gateway
from tests.fakes.visitors import Answer

STUDIO, EVIL = "https://studio.example", "https://evil.example"
JOBS = "/api/v1/jobs"
ASKS = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


def told(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers if name.startswith("access-control-")}


async def test_nobody_is_named_by_default() -> None:
    async with open_gateway() as bench:
        for method, more in (("OPTIONS", ASKS), ("GET", bearer())):
            answer = await bench.ask(method, JOBS, {"Origin": STUDIO, **more})
            assert told(answer) == {}
        assert (await bench.ask("OPTIONS", JOBS, {"Origin": STUDIO, **ASKS})).status == 405


async def test_whom_it_names_may_ask_and_read() -> None:
    async with open_gateway(cors_origins=[STUDIO]) as bench:
        before = await bench.ask("OPTIONS", JOBS, {"Origin": STUDIO, **ASKS})
        assert (before.status, before.header("access-control-allow-origin")) == (204, STUDIO)
        assert before.header("access-control-allow-methods") == "GET, HEAD, POST"
        assert "Authorization" in (before.header("access-control-allow-headers") or "")
        answers = [await bench.ask("GET", JOBS, {"Origin": STUDIO, **more}) for more in (bearer(), {})]
        assert [answer.status for answer in answers] == [200, 401]
        for answer in (before, *answers):
            assert answer.header("access-control-allow-origin") == STUDIO
            assert answer.header("access-control-allow-credentials") is None
            assert answer.header("vary") == "Origin"
        assert len(bench.jobs.requests) == 1, "a question beforehand goes to no service"


@pytest.mark.parametrize(
    "origin", [EVIL, "null", "", f"{STUDIO}.evil.example", f"{STUDIO}:444", "http://studio.example", "*"]
)
async def test_nobody_else_may(origin: str) -> None:
    async with open_gateway(cors_origins=[STUDIO]) as bench:
        for method, more in (("OPTIONS", ASKS), ("GET", bearer())):
            answer = await bench.ask(method, JOBS, {"Origin": origin, **more})
            assert told(answer) == {}
            assert answer.header("vary") == "Origin"


async def test_what_a_service_says_of_origins_does_not_pass() -> None:
    async with open_gateway(cors_origins=[STUDIO]) as bench:
        answer = await bench.ask("OPTIONS", "/api/v1/health", {"Origin": STUDIO, **ASKS})
        assert answer.header("access-control-allow-methods") is None


async def test_a_question_beforehand_is_a_request_like_any_other() -> None:
    async with open_gateway(cors_origins=[STUDIO], address_requests_per_min=6) as bench:
        asked = {"Origin": STUDIO, **ASKS}
        first = await bench.ask("OPTIONS", JOBS, asked)
        assert (first.status, first.header("x-content-type-options")) == (204, "nosniff")
        assert [name for name, _ in first.headers].count("access-control-allow-origin") == 1
        assert (await bench.ask("OPTIONS", JOBS, asked)).status == 429
    async with open_gateway(cors_origins=[STUDIO]) as bench:
        twice = [*asked.items(), ("Cookie", "a=1"), ("Cookie", "b=2")]
        assert (await bench.ask("OPTIONS", JOBS, twice)).status == 400
