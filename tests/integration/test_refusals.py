"""What the gateway answers to those who ask wrongly."""

import asyncio
import json
from typing import Any

import pytest
from tests.integration.visitors import Reply, Visitor, Watched

PROMPT = "a slow film about rain on a tin roof"


def assert_problem(reply: Reply, status: int, code: str) -> dict[str, Any]:
    assert (reply.status, reply.body["code"]) == (status, code), reply.raw
    assert reply.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = reply.body
    assert {"type", "title", "status", "detail", "code", "request_id", "details", "timestamp"} <= set(body)
    assert body["request_id"] == reply.headers["X-Request-Id"]
    assert body["status"] == status
    return body


async def test_bad_fields_are_each_named_with_their_limits(visitor: Visitor) -> None:
    reply = await visitor.order(
        prompt="short", duration_s=181, aspect_ratio="2:1", resolution="8k", seed=-1, surprise=True
    )
    problem = assert_problem(reply, 422, "invalid_request")
    fields = {field["field"]: field for field in problem["details"]["fields"]}
    assert set(fields) == {"prompt", "duration_s", "aspect_ratio", "resolution", "seed", "surprise"}
    assert fields["prompt"]["limits"].items() >= {"min_length": 10, "max_length": 2000}.items()
    assert fields["duration_s"]["limits"] == {"type": "integer", "ge": 5, "le": 180}
    assert fields["seed"]["limits"] == {"type": "integer", "ge": 0, "lt": 2**31, "nullable": True}
    assert fields["aspect_ratio"]["limits"]["allowed"] == ["16:9", "9:16", "1:1", "4:3", "3:4"]
    assert "resolution" in fields["surprise"]["limits"]["fields"]


@pytest.mark.parametrize("token", ["", "nonsense", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9."])
async def test_without_a_valid_token_nobody_comes_in(visitor: Visitor, token: str) -> None:
    reply = await Visitor(visitor.gateway_url, token).call("GET", "/api/v1/jobs")
    assert_problem(reply, 401, "unauthenticated")
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("part", ["", "/events", "/video", "/thumbnail", "/receipt"])
async def test_somebody_elses_job_is_not_there(film: Watched, visitor: Visitor, part: str) -> None:
    theirs = await visitor.call("GET", f"{film.job['links']['self']}{part}")
    nobody = f"job_{'0' * 32}"
    nobodys = await visitor.call("GET", f"/api/v1/jobs/{nobody}{part}")
    assert_problem(theirs, 404, "not_found")
    assert_problem(nobodys, 404, "not_found")
    assert theirs.body["detail"] == nobodys.body["detail"]


async def test_a_list_shows_only_ones_own_jobs(film: Watched, owner: Visitor, visitor: Visitor) -> None:
    assert (await visitor.call("GET", "/api/v1/jobs")).body["jobs"] == []
    theirs = (await owner.call("GET", "/api/v1/jobs?limit=100")).body["jobs"]
    assert film.job["job_id"] in {job["job_id"] for job in theirs}


@pytest.mark.parametrize(
    "body", [b"{not json", b'{"prompt": "\xff"}', b"NaN", b'{"seed": 1, "seed": 2}', b"[" * 10_000]
)
async def test_a_body_that_is_no_json_is_told(visitor: Visitor, body: bytes) -> None:
    assert_problem(await visitor.call("POST", "/api/v1/jobs", body), 400, "invalid_json")


@pytest.mark.parametrize("unfit", ["\x00", "\x1b", "\ud800", "\u202e"])
async def test_a_prompt_that_no_video_can_show_is_refused(visitor: Visitor, unfit: str) -> None:
    body = json.dumps({"prompt": f"{PROMPT}{unfit}"}).encode()
    problem = assert_problem(await visitor.call("POST", "/api/v1/jobs", body), 422, "invalid_request")
    assert f"U+{ord(unfit):04X}" in problem["details"]["fields"][0]["message"]


async def test_a_body_that_is_too_large_is_refused(visitor: Visitor) -> None:
    body = b'{"prompt": "' + b"x" * 1_100_000 + b'"}'
    problem = assert_problem(await visitor.call("POST", "/api/v1/jobs", body), 413, "payload_too_large")
    assert problem["details"]["limit_bytes"] == 1_000_000


async def test_another_media_type_is_refused(visitor: Visitor) -> None:
    reply = await visitor.call("POST", "/api/v1/jobs", b"prompt=x", **{"Content-Type": "text/plain"})
    assert_problem(reply, 415, "unsupported_media_type")


async def test_an_unknown_path_and_method_are_told(visitor: Visitor) -> None:
    assert_problem(await visitor.call("GET", "/api/v1/nothing"), 404, "not_found")
    assert_problem(await visitor.call("PATCH", "/api/v1/jobs", {}), 405, "method_not_allowed")


async def test_internal_paths_are_not_reachable_from_outside(film: Watched, owner: Visitor) -> None:
    path = f"/internal/v1/jobs/{film.job['job_id']}/attempts/1/heartbeat"
    assert_problem(await owner.call("POST", path, {}), 403, "forbidden")


@pytest.mark.parametrize("order", [{"resolution": "1080p"}, {"duration_s": 61}])
async def test_what_the_plan_does_not_allow_is_refused(visitor: Visitor, order: dict[str, Any]) -> None:
    assert_problem(await visitor.order(prompt=PROMPT, **order), 403, "plan_limit")


async def test_over_quota_says_when_to_come_back(visitor: Visitor) -> None:
    replies = await asyncio.gather(*(visitor.order(prompt=f"{PROMPT}, number {number}") for number in range(5)))
    accepted = [reply for reply in replies if reply.status == 202]
    refused = [reply for reply in replies if reply.status != 202]
    assert len(accepted) == 2
    for reply in refused:
        problem = assert_problem(reply, 429, "quota_exceeded")
        assert {"cap", "used", "limit", "resets_at"} <= set(problem["details"])
        assert int(reply.headers["Retry-After"]) > 0
    await asyncio.gather(*(visitor.call_off(reply) for reply in accepted))


async def test_a_video_is_not_there_before_it_is_made(visitor: Visitor) -> None:
    accepted = await visitor.order(prompt=PROMPT)
    reply = await visitor.call("GET", f"{accepted.body['links']['self']}/video")
    assert_problem(reply, 409, "not_ready")
    await visitor.call_off(accepted)


async def test_nobody_is_refused_the_doors_own_pages(visitor: Visitor) -> None:
    stranger = Visitor(visitor.gateway_url)
    assert (await stranger.call("GET", "/api/v1/health")).body == {"status": "ok"}
    ready = (await stranger.call("GET", "/api/v1/ready")).body
    assert ready["status"] == "ok"
    assert {"jobs", "quota", "jwks"} <= set(ready["dependencies"])
    assert "/api/v1/jobs" in (await stranger.call("GET", "/api/v1/openapi.json")).body["paths"]
    assert b"swagger-ui-bundle.js" in (await stranger.call("GET", "/api/v1/docs")).raw
    head = await stranger.call("HEAD", "/api/v1/docs/swagger-ui-bundle.js")
    assert (head.status, head.raw) == (200, b"")
    assert (await visitor.call("HEAD", "/api/v1/usage")).status == 200
