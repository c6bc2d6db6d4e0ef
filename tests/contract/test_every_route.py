"""Every public route and every way to ask it wrongly. A route that is not in the table fails the first test."""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, Final

import pytest
from tests.fakes.asset_routes import ASSETS, furnish_assets
from tests.fakes.gateway import bearer
from tests.fakes.hooks_bench import HOOK, MESSAGE, furnish_hooks
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import BODY, JOB, OTHER_JOB, make_job, make_output, make_problem, make_storyboard
from tests.fakes.own_routes import KEY_ID, OPEN, OWN, Case, give_key
from tests.fakes.public_api import OTHER, USER, PublicApi, list_operations, open_public_api
from tests.fakes.tokens import claims, stranger_key
from tests.fakes.visitors import Answer
from tests.unit.shared.test_errors_page import rows_under

from omnigen_gateway.domain.routing import find_route
from omnigen_gateway.ports import UpstreamError
from omnigen_jobs.domain.records import Money
from omnigen_shared.contracts.base import JobId
from omnigen_shared.contracts.job import JobKind, JobStatus

RUNNING: Final = JobId(f"job_{'c' * 32}")
FAILED: Final = JobId(f"job_{'d' * 32}")
SECRET: Final = "whsec_" + base64.b64encode(b"the provider's").decode()
ALLOWANCE: Final = {"max_cost_usd": "5.00"}
EXPORT: Final = "mp4_9x16_720p_blur"
NOBODYS_JOB: Final = f"job_{'0' * 32}"
PLAN: Final = OTHER_JOB.replace("job_", "plan_")
PLANS: Final = "/api/v1/storyboards"
NOBODYS_PLAN: Final = f"plan_{'0' * 32}"
JSON: Final = {"Content-Type": "application/json"}
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


def of_job(part: str, status: int = 200, job_id: str = JOB, method: str = "GET", **more: Any) -> Case:
    """A route below a job's; a scene's number is 1 wherever there is one."""
    path, there = f"/api/v1/jobs/{{job_id}}{part}", part.replace("{number}", "1").replace("{export_id}", EXPORT)
    nobodys = f"/api/v1/jobs/{NOBODYS_JOB}{there}"
    return Case(method, path, f"/api/v1/jobs/{job_id}{there}", nobodys=nobodys, status=status, **more)


def of_hook(part: str, status: int = 200, method: str = "GET", **more: Any) -> Case:
    """A route below a webhook's."""
    path, there = f"/api/v1/webhooks/{{webhook_id}}{part}", part.replace("{delivery_id}", MESSAGE)
    nobodys = f"/api/v1/webhooks/whk_{'0' * 32}{there}"
    return Case(method, path, f"/api/v1/webhooks/{HOOK}{there}", nobodys=nobodys, status=status, **more)


HOOK_ORDER: Final = {"url": "https://example.com/hook", "events": ["job.completed"], "description": "a program"}
BAD_PAGES: Final = ("limit=0", "limit=101", "limit=x", "limit=1.5", "limit=", "cursor=x", "cursor=%00", "cursor=%ff")
BAD_FILTERS: Final = (
    "status=x",
    "category=x",
    "created_since=x",
    "created_until=2026-11-24T12:00:00",
    "created_until=0001-01-01T00:00:00Z",
    "created_since=9999-12-31T23:59:59-14:00",
)
CASES: Final = (
    Case("POST", "/api/v1/jobs", "/api/v1/jobs", BODY, status=202, is_paid=True, takes_key=True, needs_body=True),
    Case("GET", "/api/v1/jobs", "/api/v1/jobs", bad_queries=(*BAD_PAGES, *BAD_FILTERS)),
    of_job(""),
    of_job("", 204, FAILED, "DELETE"),
    of_job("/events"),
    of_job("/receipt"),
    of_job("/video", 302),
    of_job("/thumbnail", 302),
    of_job("/captions", 302),
    of_job("/exports", 200, method="POST", body={"format": "mp4"}, needs_body=True),
    of_job("/exports/{export_id}"),
    of_job("/exports/{export_id}/file", 302),
    of_job("/preview", 302),
    of_job("/cancel", 200, RUNNING, "POST"),
    of_job("/resume", 202, FAILED, "POST", body=ALLOWANCE, is_paid=True),
    of_job("/scenes/{number}/regenerate", 202, JOB, "POST", body=ALLOWANCE, is_paid=True),
    Case(
        "POST",
        "/api/v1/storyboards",
        "/api/v1/storyboards",
        BODY,
        status=202,
        is_paid=True,
        takes_key=True,
        needs_body=True,
    ),
    Case("GET", f"{PLANS}/{{storyboard_id}}", f"{PLANS}/{PLAN}", nobodys=f"{PLANS}/{NOBODYS_PLAN}"),
    Case("POST", "/api/v1/estimates", "/api/v1/estimates", BODY, needs_body=True),
    Case("GET", "/api/v1/models", "/api/v1/models"),
    Case("GET", "/api/v1/webhooks", "/api/v1/webhooks"),
    Case("POST", "/api/v1/webhooks", "/api/v1/webhooks", HOOK_ORDER, status=201, needs_body=True),
    of_hook(""),
    of_hook("", 204, "DELETE"),
    of_hook("/test", 200, "POST"),
    of_hook("/rotate", 200, "POST", body={"overlap_h": 1}),
    of_hook("/enable", 200, "POST"),
    of_hook("/deliveries", bad_queries=BAD_PAGES),
    of_hook("/deliveries/{delivery_id}/resend", 202, "POST"),
    *ASSETS,
    Case("GET", "/api/v1/usage", "/api/v1/usage"),
    Case("GET", "/api/v1/usage/ledger", "/api/v1/usage/ledger", bad_queries=BAD_PAGES),
)
CALLBACK: Final = Case("POST", "/api/v1/webhooks/replicate", "/api/v1/webhooks/replicate", {"id": "p-1"})
"""The one route that lets in whoever can sign as the provider."""
ALL: Final = (*CASES, *OWN)
each_route = pytest.mark.parametrize("case", ALL, ids=str)
each_body = pytest.mark.parametrize("case", [case for case in ALL if case.body is not None], ids=str)
each_thing = pytest.mark.parametrize("case", [case for case in ALL if case.nobodys is not None], ids=str)


def furnish(api: PublicApi) -> None:
    """A finished job, one at work, one that failed, a storyboard, a webhook and uploads; all USER's."""
    clock = api.jobs.clock
    done = {"status": JobStatus.COMPLETED, "lease_until": None, "storyboard": make_storyboard(), "user_id": USER}
    seed(api.jobs.store, make_job(clock, output=make_output(captions_key=f"u/{USER}/renders/r/v.vtt"), **done))
    seed(api.jobs.store, make_job(clock, job_id=OTHER_JOB, kind=JobKind.STORYBOARD, **done))
    seed(api.jobs.store, make_job(clock, job_id=RUNNING, user_id=USER))
    failed = {"status": JobStatus.FAILED, "money": Money.CLOSED, "problem": make_problem()}
    seed(api.jobs.store, make_job(clock, job_id=FAILED, **{**done, **failed}))
    furnish_hooks(api.jobs, user_id=USER)
    furnish_assets(api)
    give_key(api, KEY_ID)


def assert_refused(answer: Answer, status: int, code: str, what: object = "") -> Any:
    """A problem as docs/errors.md has it, and nothing of our inside."""
    assert (answer.status, answer.header("content-type")) == (status, "application/problem+json"), what
    problem = answer.json
    assert problem["code"] == code, (what, problem)
    assert problem["status"] == status
    assert {"type", "title", "detail", "remedy", "details", "timestamp"} < set(problem), what
    assert all(problem[told] for told in ("title", "detail", "remedy")), (what, problem)
    assert problem["request_id"] == answer.header("x-request-id")
    assert rows_under("Answers")[code][0] == str(status)
    assert answer.header("cache-control") == "no-store"
    assert answer.header("x-content-type-options") == "nosniff"
    assert not [name for name, _ in answer.headers if name.startswith("x-omnigen")]
    if status in {429, 503}:
        assert int(answer.header("retry-after") or 0) > 0, what
    if status == 401:
        assert (answer.header("www-authenticate") or "").startswith("Bearer")
    return problem


def test_every_public_route_is_in_the_table() -> None:
    assert {(case.method, case.path) for case in (*ALL, CALLBACK)} | OPEN == list_operations()


@each_route
def test_the_door_leads_to_it(case: Case) -> None:
    route = find_route(case.target.encode())
    assert route is not None
    assert case.method in route.methods


@each_route
async def test_a_right_request_is_answered(case: Case) -> None:
    async with open_public_api() as api:
        furnish(api)
        answer = await api.ask(case.method, case.target, case.body)
        assert answer.status == case.status
        if case.method == "GET" and not case.path.endswith("/events"):
            head = await api.ask("HEAD", case.target)
            assert (head.status, b"".join(head.parts)) == (case.status, b"")


@each_route
async def test_nobody_comes_in_without_a_good_token(case: Case) -> None:
    forged = f"Bearer {stranger_key().sign(claims())}"
    good = bearer()["Authorization"]
    wrongs: Mapping[str, list[tuple[str, str]]] = {
        "none": [],
        "empty": [("Authorization", "")],
        "another scheme": [("Authorization", good.replace("Bearer", "Basic"))],
        "nonsense": [("Authorization", "Bearer nonsense")],
        "another's signature": [("Authorization", forged)],
        "two": [("Authorization", good), ("Authorization", good)],
        "for somebody else": list(bearer(client_id="another").items()),
        "an id token": list(bearer(token_use="id").items()),
        "only inside": [("X-OmniGen-Identity", good.removeprefix("Bearer "))],
    }
    async with open_public_api() as api:
        furnish(api)
        for name, headers in wrongs.items():
            sent = [*headers, *JSON.items()]
            assert_refused(await api.ask(case.method, case.target, case.body, sent), 401, "unauthenticated", name)
        old = [*bearer(iat=1_000_000_000, exp=1_000_003_600).items(), *JSON.items()]
        assert_refused(await api.ask(case.method, case.target, case.body, old), 401, "token_expired")
        assert api.jobs.quota.calls == []


@each_thing
async def test_what_is_somebody_elses_is_as_if_it_were_not_there(case: Case) -> None:
    async with open_public_api() as api:
        furnish(api)
        theirs = assert_refused(await api.ask(case.method, case.target, case.body, user_id=OTHER), 404, "not_found")
        nobodys = assert_refused(await api.ask(case.method, case.nobodys or "", case.body), 404, "not_found")
        for told in ("detail", "remedy", "details", "title"):
            assert theirs[told] == nobodys[told]
        if "/jobs/" in case.target:
            plan = re.sub("job_[0-9a-f]+", OTHER_JOB, case.target)
            assert_refused(await api.ask(case.method, plan, case.body), 404, "not_found", "a storyboard is no job")


async def test_lists_usage_and_keys_are_ones_own() -> None:
    async with open_public_api() as api:
        furnish(api)
        seen = {job["job_id"] for job in (await api.ask("GET", "/api/v1/jobs")).json["jobs"]}
        assert seen == {JOB, RUNNING, FAILED}
        assert (await api.ask("GET", "/api/v1/jobs", user_id=OTHER)).json["jobs"] == []
        ids = set()
        for user in (USER, OTHER):
            headers = {**bearer(sub=user), **JSON, "Idempotency-Key": "the-same"}
            answer = await api.ask("POST", "/api/v1/jobs", BODY, headers)
            assert (answer.status, answer.header("idempotent-replayed")) == (202, None)
            ids.add(answer.json["job_id"])
        assert len(ids) == 2


BAD_BODIES: Final[tuple[tuple[bytes, int, str], ...]] = (
    (b"{", 400, "invalid_json"),
    (b"\xff\xfe{}", 400, "invalid_json"),
    (b'{"prompt": "\xff"}', 400, "invalid_json"),
    (b"\xef\xbb\xbf{}", 400, "invalid_json"),
    (b'{"seed": NaN}', 400, "invalid_json"),
    (b'{"seed": 1e999}', 400, "invalid_json"),
    (b'{"seed": ' + b"9" * 100 + b"}", 400, "invalid_json"),
    (b'{"prompt": "one", "prompt": "two"}', 400, "invalid_json"),
    (b'{"a":' * 100 + b"1" + b"}" * 100, 400, "invalid_json"),
    (b"", 422, "invalid_request"),
    (b"[]", 422, "invalid_request"),
    (b"null", 422, "invalid_request"),
    (b'"text"', 422, "invalid_request"),
    (b'{"surprise": 1}', 422, "invalid_request"),
    (b'{"\\ud800": 1}', 422, "invalid_request"),
    (b'{"prompt": "' + b"x" * 1000 + b'"}', 413, "payload_too_large"),
)


@each_body
async def test_a_body_that_cannot_be_read_is_told_why(case: Case) -> None:
    async with open_public_api() as api:
        for body, status, code in BAD_BODIES:
            if body in {b"", b"null"} and not case.needs_body:
                continue
            assert_refused(await api.ask(case.method, case.target, body), status, code, body[:40])
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
            headers = {**bearer(), "Content-Type": kind}
            answer = await api.ask(case.method, case.target, case.body, headers)
            assert_refused(answer, 415, "unsupported_media_type", kind)
        for key in ("", "two words", "x" * 201, "\x7f") if case.takes_key else ():
            headers = {**bearer(), **JSON, "Idempotency-Key": key}
            problem = assert_refused(
                await api.ask(case.method, case.target, case.body, headers), 422, "invalid_request", key
            )
            assert [field["field"] for field in problem["details"]["fields"]] == ["idempotency-key"]
        assert api.jobs.store.jobs == {}


WRONG_VALUES: Final[tuple[Any, ...]] = ({"no": "such"}, [[]], 1.5e300, -1.5, "\x00", "\u202e" * 20, "x" * 900)


@each_body
async def test_every_field_refuses_what_it_is_not(case: Case) -> None:
    async with open_public_api(max_body_bytes=10_000) as api:
        known = assert_refused(await api.ask(case.method, case.target, {"surprise": 1}), 422, "invalid_request")
        names = next(field for field in known["details"]["fields"] if field["field"] == "surprise")["limits"]["fields"]
        assert set(case.body) <= set(names)
        for name in names:
            for wrong in (*WRONG_VALUES, "\ud800"):
                if name == "prompt" and wrong == "x" * 900:
                    continue
                body = _to_json({**case.body, name: wrong})
                answer = await api.ask(case.method, case.target, body)
                assert answer.status == 422, (name, wrong, answer.parts)
                problem = assert_refused(answer, 422, answer.json["code"], (name, wrong))
                assert problem["code"] in {"invalid_request", "model_unable"}
                for field in problem["details"]["fields"]:
                    assert field["field"].split(".")[0] == name, (name, wrong, field)
                    assert field["limits"], (name, wrong, field)
        assert api.jobs.store.jobs == {}


@each_route
async def test_an_address_that_is_not_quite_it_leads_nowhere(case: Case) -> None:
    async with open_public_api() as api:
        furnish(api)
        upper = case.target.replace("/api/v1", "/API/V1")
        dotted = case.target.replace("/api/v1", "/api/v1/.")
        doubled = case.target.replace("/v1/", "/v1//")
        for target in (upper, case.target + "/"):
            assert_refused(await api.ask(case.method, target, case.body), 404, "not_found", target)
        for target in (dotted, doubled, case.target + "%00", case.target + "%2e"):
            assert_refused(await api.ask(case.method, target, case.body), 400, "malformed_request", target)
        nowhere = await api.ask("GET", f"{case.target}/no/such/part")
        assert_refused(nowhere, 404, "not_found")
        for query in case.bad_queries:
            problem = assert_refused(
                await api.ask(case.method, f"{case.target}?{query}"), 422, "invalid_request", query
            )
            assert problem["details"]["fields"][0]["field"] == query.partition("=")[0]
            assert problem["details"]["fields"][0]["limits"]
        assert_refused(await api.ask(case.method, f"{case.target}?a=\xe4", case.body), 400, "malformed_request")
        assert_refused(await api.ask(case.method, f"{case.target}?a={'x' * 5000}", case.body), 414, "uri_too_long")
        headers = {**bearer(), **JSON, "X-Long": "x" * 20_000}
        assert_refused(await api.ask(case.method, case.target, case.body, headers), 431, "headers_too_large")


@each_thing
async def test_an_id_that_is_none_is_not_found(case: Case) -> None:
    async with open_public_api() as api:
        furnish(api)
        head, _, rest = case.target[8:].partition("/")[2].partition("/")
        base = f"/api/v1/{head}"
        tail = rest.partition("/")[2]
        for name in ("x", "job_", "JOB_" + "A" * 32, f"job_{'g' * 32}", "plan_1", "0", "x" * 128, JOB + "0"):
            target = f"{base}/{name}/{tail}".rstrip("/")
            assert_refused(await api.ask(case.method, target), 404, "not_found", target)


async def test_the_providers_callback_needs_its_signature_and_no_token() -> None:
    target, body = CALLBACK.target, CALLBACK.body
    async with open_public_api() as api:
        assert_refused(await api.ask("POST", target, body, JSON), 404, "not_found")
    async with open_public_api(webhook_secret=SECRET) as api:
        unsigned = await api.ask("POST", target, body, JSON)
        assert_refused(unsigned, 401, "unauthenticated")
        signed = {"Webhook-Id": "m", "Webhook-Timestamp": "1", "Webhook-Signature": "v1,AAAA"}
        assert_refused(await api.ask("POST", target, body, {**JSON, **signed}), 401, "unauthenticated")
        assert_refused(await api.ask("POST", target, body, {**JSON, "Webhook-Id": "m" * 1001}), 422, "invalid_request")
        assert_refused(await api.ask("POST", target, b"x" * 1001, JSON), 413, "payload_too_large")
        assert_refused(await api.ask("POST", target, b"{", JSON), 400, "invalid_json")
        assert_refused(await api.ask("POST", f"{target}?call={'x' * 301}", body, JSON), 422, "invalid_request")
        assert_refused(await api.ask("GET", target, None, JSON), 405, "method_not_allowed")


@pytest.mark.parametrize("path", sorted({case.path for case in ALL}))
async def test_another_method_is_told_which_there_are(path: str) -> None:
    cases = {case.method: case for case in ALL if case.path == path}
    target = next(iter(cases.values())).target
    async with open_public_api() as api:
        furnish(api)
        for method in {*METHODS, "TRACE", "OPTIONS"} - set(cases):
            answer = await api.ask(method, target)
            assert_refused(answer, 405, "method_not_allowed", method)
            allowed = set((answer.header("allow") or "").split(", "))
            assert allowed - {"HEAD"} == set(cases)
            assert method not in allowed


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_limits_and_services_that_are_away_are_told_with_when_to_come_back(case: Case) -> None:
    async with open_public_api() as api:
        furnish(api)
        api.upstreams["jobs"].error = api.upstreams["quota"].error = UpstreamError("refused")
        assert_refused(await api.ask(case.method, case.target, case.body), 503, "dependency_unavailable")
        api.upstreams["jobs"].error = api.upstreams["quota"].error = UpstreamError("silent", is_timeout=True)
        silent = await api.ask(case.method, case.target, case.body, user_id=OTHER)
        assert_refused(silent, 503, "dependency_unavailable")
    async with open_public_api() as api:
        furnish(api)
        api.leases.limit = 0
        problem = assert_refused(await api.ask(case.method, case.target, case.body), 429, "rate_limited")
        assert problem["details"]["limit"] == 0


@pytest.mark.parametrize("case", [case for case in CASES if case.is_paid], ids=str)
async def test_what_costs_is_refused_over_quota_and_over_the_plan(case: Case) -> None:
    async with open_public_api() as api:
        furnish(api)
        api.jobs.quota.places = 0
        assert_refused(await api.ask(case.method, case.target, case.body), 429, "quota_exceeded")
        api.jobs.quota.plan_limit = True
        assert_refused(await api.ask(case.method, case.target, case.body), 403, "plan_limit")
        api.jobs.quota.plan_limit, api.jobs.quota.is_down = False, True
        assert_refused(await api.ask(case.method, case.target, case.body), 503, "dependency_unavailable")


@pytest.mark.parametrize("path", ["/metrics", "/docs", "/openapi.json", "/api", "/"])
async def test_nothing_else_is_there(path: str) -> None:
    async with open_public_api() as api:
        for method in METHODS:
            assert_refused(await api.ask(method, path, {} if method == "POST" else None), 404, "not_found", method)


@pytest.mark.parametrize("path", ["/internal/v1/jobs", "/internal", "/api/v1/internal/v1/jobs"])
async def test_what_is_spoken_inside_is_nobodys_outside(path: str) -> None:
    async with open_public_api() as api:
        for method in METHODS:
            assert_refused(await api.ask(method, path, {} if method == "POST" else None), 403, "forbidden", method)


def _to_json(value: Any) -> bytes:
    """Lone surrogates included, as escapes."""

    return json.dumps(value).encode()
