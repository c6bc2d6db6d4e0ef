"""What the gateway brings: orders, views, lists, receipts, media."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import (
    BODY,
    JOB,
    USER,
    JobsBench,
    identity,
    make_job,
    make_output,
    make_problem,
    make_storyboard,
)

from omnigen_jobs.domain.records import Money
from omnigen_shared.contracts.catalogue import VIDEO_MODELS
from omnigen_shared.contracts.job import JobStatus, SceneState, UpdateScene
from omnigen_shared.contracts.text import ALLOWED

OTHERS = "user-2"


def code_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


async def test_an_order_is_accepted_and_completed(http: httpx.AsyncClient, bench: JobsBench) -> None:
    answer = await http.post("/api/v1/jobs", json=BODY)
    job = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/v1/jobs/{job['job_id']}"
    assert (job["status"], job["attempt"]) == ("pending", 1)
    assert job["request"] == {
        "prompt": BODY["prompt"],
        "category": "ad-creative",
        "duration_s": 15,
        "aspect_ratio": "16:9",
        "resolution": "720p",
        "model": "bytedance/seedance-1-pro-fast",
        "style": None,
        "negative_prompt": None,
        "seed": job["request"]["seed"],
        "continuity": "parallel",
        "reference_image": None,
        "music": True,
        "music_model": "minimax/music-1.5",
        "narration": False,
        "speech_model": "minimax/speech-02-turbo",
        "voice": None,
        "captions": False,
        "burn_captions": False,
        "end_card": None,
        "logo": None,
    }
    assert job["used"] == {
        "model": "bytedance/seedance-1-pro-fast",
        "resolution": "720p",
        "aspect_ratio": "16:9",
        "duration_s": 15.0,
        "paid_s": 16,
    }
    assert job["cost"] == {"estimate_usd": "0.44", "max_usd": "0.60", "spent_usd": "0.00"}
    assert (job["created_at"], job["deadline_at"]) == ("2026-11-24T12:00:00.000000Z", "2026-11-24T12:11:10.000000Z")
    assert (job["storyboard"], job["scenes"], job["output"], job["problem"]) == (None, [], None, None)
    assert job["progress"] == {"stage": "pending", "fraction": 0.0}
    assert set(job["links"]) == {"self", "events", "receipt"}
    assert (await http.get(job["links"]["self"])).json() == job
    assert (await bench.read(job["job_id"])).job.plan == "free"


async def test_an_omitted_seed_comes_from_the_order(http: httpx.AsyncClient) -> None:
    async def seed_of(**body: Any) -> int:
        answer = await http.post("/api/v1/jobs", json={**BODY, **body})
        return int(answer.json()["request"]["seed"])

    assert await seed_of() == await seed_of(prompt=f"  {BODY['prompt']} ")
    assert await seed_of() != await seed_of(style="noir")
    assert await seed_of(seed=7) == 7


PROMPT = {"type": "string", "min_length": 10, "max_length": 2000, "characters": ALLOWED}
BAD_COSTS: tuple[Any, ...] = ("0", "much", "1e3", " 1", "1_0", "\u0661", True, 0.1234567, "10000.01", -1, {})
DURATION = {"type": "integer", "ge": 5, "le": 180}
COST = {"type": "decimal", "unit": "USD", "le": "10000.00", "decimal_places": 6}
MODELS = sorted(VIDEO_MODELS)


@pytest.mark.parametrize(
    ("changes", "field", "limits"),
    [
        *(({"prompt": prompt}, "prompt", PROMPT) for prompt in ("short", " " * 30, "x" * 2001, "x" * 10**5, 7, None)),
        *(({"duration_s": wrong}, "duration_s", DURATION) for wrong in (4, 181, "15", 15.0, True, None, [15], 10**30)),
        ({"resolution": "4k"}, "resolution", {"type": "string", "allowed": ["480p", "720p", "1080p"]}),
        ({"resolution": 720}, "resolution", {"type": "string", "allowed": ["480p", "720p", "1080p"]}),
        ({"aspect_ratio": "2:1"}, "aspect_ratio", {"type": "string", "allowed": ["16:9", "9:16", "1:1", "4:3", "3:4"]}),
        ({"category": {}}, "category", {"type": "string", "allowed": ["ad-creative", "music-video", "explainer"]}),
        *(
            ({"seed": seed}, "seed", {"type": "integer", "ge": 0, "lt": 2**31, "nullable": True})
            for seed in (2**31, -1, "7", False)
        ),
        *(
            (
                {"style": style},
                "style",
                {"type": "string", "min_length": 1, "max_length": 200, "characters": ALLOWED, "nullable": True},
            )
            for style in ("", "x" * 201, 1)
        ),
        *(({"music": music}, "music", {"type": "boolean"}) for music in ("true", 1, None)),
        *(({"max_cost_usd": cost}, "max_cost_usd", {**COST, "gt": "0.00", "nullable": True}) for cost in BAD_COSTS),
        ({"max_cost_usd": "0.30"}, "max_cost_usd", {**COST, "ge": "0.44"}),
        ({"model": 7}, "model", {"type": "string", "max_length": 100, "allowed": MODELS}),
        ({"continuity": "looped"}, "continuity", {"type": "string", "allowed": ["parallel", "chained"]}),
        *(({"narration": told}, "narration", {"type": "boolean"}) for told in ("true", 1, None)),
        *(({"captions": told}, "captions", {"type": "boolean", "nullable": True}) for told in ("true", 1)),
        (
            {"voice": ""},
            "voice",
            {"type": "string", "min_length": 1, "max_length": 100, "characters": ALLOWED, "nullable": True},
        ),
    ],
)
async def test_a_field_that_is_wrong_is_named_with_all_its_limits(
    http: httpx.AsyncClient, changes: dict[str, Any], field: str, limits: dict[str, Any]
) -> None:
    answer = await http.post("/api/v1/jobs", json={**BODY, **changes})
    assert code_of(answer) == (422, "invalid_request")
    [found] = answer.json()["details"]["fields"]
    assert (found["field"], found["limits"]) == (field, limits)
    assert found["message"]


async def test_a_field_that_is_missing_is_named_with_all_its_limits(http: httpx.AsyncClient) -> None:
    answer = await http.post("/api/v1/jobs", json={"duration_s": 15})
    [found] = answer.json()["details"]["fields"]
    assert (found["field"], found["limits"], found["message"]) == ("prompt", PROMPT, "Field required")


async def test_a_field_that_is_unknown_is_told_which_there_are(http: httpx.AsyncClient) -> None:
    answer = await http.post("/api/v1/jobs", json={**BODY, "duration": 15})
    [found] = answer.json()["details"]["fields"]
    assert found["field"] == "duration"
    assert found["message"] == "There is no such field; did you mean duration_s?"
    assert {"prompt", "duration_s", "max_cost_usd"} < set(found["limits"]["fields"])


@pytest.mark.parametrize(
    "unfit", ["\x00", "\x1b", "\x7f", "\x85", "\ud800", "\ufffe", "\U0010ffff", "\u202e", "\u2066"]
)
@pytest.mark.parametrize("field", ["prompt", "style"])
async def test_characters_that_no_video_can_show_are_refused_before_anything_is_paid(
    http: httpx.AsyncClient, bench: JobsBench, field: str, unfit: str
) -> None:
    body = json.dumps({**BODY, field: f"a film about {unfit} and more"})
    answer = await http.post("/api/v1/jobs", content=body, headers={"Content-Type": "application/json"})
    assert code_of(answer) == (422, "invalid_request")
    [found] = answer.json()["details"]["fields"]
    assert found["field"] == field
    assert f"U+{ord(unfit):04X} (character 14)" in found["message"]
    assert found["limits"]["characters"] == ALLOWED
    assert bench.store.jobs == {}


async def test_texts_that_look_the_same_are_the_same(http: httpx.AsyncClient) -> None:
    async def requested(**changes: Any) -> Any:
        return (await http.post("/api/v1/jobs", json={**BODY, **changes})).json()["request"]

    told = await requested(prompt=" Caf\u00e9 at dawn:\n\tsteam\nand light ", style="soft  light")
    assert told["prompt"] == "Caf\u00e9 at dawn:\n\tsteam\nand light"
    assert told == await requested(prompt="Cafe\u0301 at dawn:\r\n\tsteam\u2028and light", style="soft\nlight ")


async def test_all_wrong_fields_are_named_at_once(http: httpx.AsyncClient) -> None:
    answer = await http.post("/api/v1/jobs", json={"prompt": "", "duration_s": "long"})
    assert {found["field"] for found in answer.json()["details"]["fields"]} == {"prompt", "duration_s"}


async def test_a_maximum_is_what_is_reserved_at_most(http: httpx.AsyncClient) -> None:
    async def maximum(given: str) -> str:
        answer = await http.post("/api/v1/jobs", json={**BODY, "max_cost_usd": given})
        return str(answer.json()["cost"]["max_usd"])

    assert (await maximum("0.44"), await maximum("0.5"), await maximum("100")) == ("0.44", "0.50", "0.60")


async def test_a_replay_says_that_it_is_one(http: httpx.AsyncClient, bench: JobsBench) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = await http.post("/api/v1/jobs", json=BODY, headers=headers)
    again = await http.post("/api/v1/jobs", json={**BODY, "music": True}, headers=headers)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["location"] == first.headers["location"]
    other = await http.post("/api/v1/jobs", json={**BODY, "music": False}, headers=headers)
    assert code_of(other) == (422, "idempotency_mismatch")
    assert len(bench.store.jobs) == 1


async def test_fifty_clients_with_one_key_make_one_job(http: httpx.AsyncClient, bench: JobsBench) -> None:
    headers = {"Idempotency-Key": "k-1"}
    answers = await asyncio.gather(*(http.post("/api/v1/jobs", json=BODY, headers=headers) for _ in range(50)))
    accepted = [answer for answer in answers if answer.status_code == 202]
    refused = [answer for answer in answers if answer.status_code == 409]
    assert len(accepted) + len(refused) == 50
    assert len({answer.content for answer in accepted}) == len(bench.store.jobs) == 1
    assert all(code_of(answer)[1] == "idempotency_in_progress" for answer in refused)
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)


@pytest.mark.parametrize("key", ["", "two words", "x" * 201, "ünïcode".encode().decode("latin-1")])
async def test_a_key_that_is_none_is_refused(http: httpx.AsyncClient, key: str) -> None:
    answer = await http.post("/api/v1/jobs", json=BODY, headers={b"Idempotency-Key": key.encode("latin-1")})
    assert code_of(answer) == (422, "invalid_request")
    assert answer.json()["details"]["fields"][0]["field"] == "idempotency-key"


async def test_quotas_refusal_reaches_the_user_as_it_is(http: httpx.AsyncClient, bench: JobsBench) -> None:
    bench.quota.places = 0
    answer = await http.post("/api/v1/jobs", json=BODY)
    assert code_of(answer) == (429, "quota_exceeded")
    assert answer.headers["retry-after"] == "60"
    assert answer.json()["details"] == {"cap": "videos", "resets_at": "2026-12-01T00:00:00Z"}


async def test_quota_that_is_down_is_told(http: httpx.AsyncClient, bench: JobsBench) -> None:
    bench.quota.is_down = True
    assert code_of(await http.post("/api/v1/jobs", json=BODY)) == (503, "dependency_unavailable")


@pytest.mark.parametrize("path", ["", "/events", "/video", "/thumbnail", "/receipt"])
async def test_somebody_elses_job_is_not_found(http: httpx.AsyncClient, bench: JobsBench, path: str) -> None:
    seed(bench.store, make_job(bench.clock, status=JobStatus.COMPLETED, output=make_output()))
    answer = await http.get(f"/api/v1/jobs/{JOB}{path}", headers=identity(user_id=OTHERS))
    assert code_of(answer) == (404, "not_found")


@pytest.mark.parametrize("job_id", ["job_x", "nothing", JOB + "a", JOB.upper(), "job_" + "c" * 32])
async def test_a_job_that_is_none_is_not_found(http: httpx.AsyncClient, job_id: str) -> None:
    assert code_of(await http.get(f"/api/v1/jobs/{job_id}")) == (404, "not_found")


async def test_a_job_that_is_not_admitted_is_not_found(http: httpx.AsyncClient, bench: JobsBench) -> None:
    seed(bench.store, make_job(bench.clock, money=Money.REQUESTED, attempt=0))
    assert code_of(await http.get(f"/api/v1/jobs/{JOB}")) == (404, "not_found")


@pytest.mark.parametrize(("issuer", "expected"), [("", 401), ("generator", 403)])
async def test_users_come_through_the_gateway(http: httpx.AsyncClient, issuer: str, expected: int) -> None:
    headers = identity(issuer) if issuer else {"X-OmniGen-Identity": ""}
    for method, path in (("GET", ""), ("POST", ""), ("GET", f"/{JOB}"), ("GET", f"/{JOB}/events")):
        answer = await http.request(method, f"/api/v1/jobs{path}", headers=headers, json=BODY)
        assert answer.status_code == expected


async def test_a_job_shows_its_plan_scenes_and_end(http: httpx.AsyncClient, bench: JobsBench) -> None:
    seed(bench.store, make_job(bench.clock, storyboard=make_storyboard(2), status=JobStatus.GENERATING))
    bench.clock.advance(3)
    told = UpdateScene(state=SceneState.FAILED, problem=make_problem())
    await bench.uses.attempts.update_scene(USER, JOB, 1, 2, told)
    job = (await http.get(f"/api/v1/jobs/{JOB}")).json()
    assert job["storyboard"]["scenes"][1] == {
        "number": 2,
        "prompt": "a hill, 2",
        "clip_duration_s": 6,
        "duration_s": 5.5,
        "camera": "",
        "transition": "fade",
        "seed": 2,
        "narration": "",
    }
    assert job["storyboard"]["planned_by"] == "template"
    assert [(scene["number"], scene["state"]) for scene in job["scenes"]] == [(1, "queued"), (2, "failed")]
    assert job["scenes"][1]["problem"]["provider_id"] == "p-9"
    assert job["updated_at"] == "2026-11-24T12:00:03.000000Z"


async def test_a_completed_job_links_to_its_video(http: httpx.AsyncClient, bench: JobsBench) -> None:
    done = {"status": JobStatus.COMPLETED, "output": make_output(), "storyboard": make_storyboard()}
    seed(bench.store, make_job(bench.clock, **done))
    job = (await http.get(f"/api/v1/jobs/{JOB}")).json()
    assert job["output"] == {"frames": 450, "duration_s": 15.0, "size_bytes": 9, "width": 1280, "height": 720}
    assert job["progress"] == {"stage": "completed", "fraction": 1.0}
    assert "renders" not in json.dumps(job)
    name = "omnigen-dawn-over-the-hill-caf"
    for link, ending, kind in (("video", "mp4", "video/mp4"), ("thumbnail", "jpg", "image/jpeg")):
        answer = await http.get(job["links"][link])
        assert (answer.status_code, answer.headers["cache-control"]) == (302, "no-store")
        assert answer.headers["location"] == (
            f"https://media.test/u/user-1/renders/r/v.{ending}?name={name}.{ending}&type={kind}"
        )


@pytest.mark.parametrize("path", ["video", "thumbnail"])
@pytest.mark.parametrize("status", [JobStatus.PENDING, JobStatus.GENERATING, JobStatus.COMPOSING])
async def test_a_video_that_is_not_there_yet_is_told(
    http: httpx.AsyncClient, bench: JobsBench, path: str, status: JobStatus
) -> None:
    seed(bench.store, make_job(bench.clock, status=status))
    answer = await http.get(f"/api/v1/jobs/{JOB}/{path}")
    assert code_of(answer) == (409, "not_ready")
    assert answer.json()["details"] == {"status": status.value}


@pytest.mark.parametrize("path", ["video", "thumbnail"])
async def test_a_video_that_will_never_be_there_points_to_the_jobs_problem(
    http: httpx.AsyncClient, bench: JobsBench, path: str
) -> None:
    problem = make_problem(detail="No.", remedy="Choose another seed.")
    seed(bench.store, make_job(bench.clock, status=JobStatus.FAILED, problem=problem))
    answer = await http.get(f"/api/v1/jobs/{JOB}/{path}")
    assert code_of(answer) == (409, "no_video")
    assert answer.json()["detail"] == f"{JOB} has failed: No."
    assert answer.json()["remedy"] == "Choose another seed."
    shown = (await http.get(f"/api/v1/jobs/{JOB}")).json()["problem"]
    assert answer.json()["details"] == {"status": "failed", "problem": shown}


async def test_a_canceled_job_has_no_video_either(http: httpx.AsyncClient, bench: JobsBench) -> None:
    seed(bench.store, make_job(bench.clock, status=JobStatus.CANCELED))
    answer = await http.get(f"/api/v1/jobs/{JOB}/video")
    assert code_of(answer) == (409, "no_video")
    assert answer.json()["detail"] == f"{JOB} was canceled."


async def test_pages_are_newest_first_and_hold_each_job_once(http: httpx.AsyncClient, bench: JobsBench) -> None:
    made = []
    for _ in range(5):
        made.append((await http.post("/api/v1/jobs", json=BODY)).json()["job_id"])
        bench.clock.advance(1)
    await http.post("/api/v1/jobs", json=BODY, headers=identity(user_id=OTHERS))
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await http.get("/api/v1/jobs", params=query)).json()
        assert len(page["jobs"]) <= 2
        seen += [job["job_id"] for job in page["jobs"]]
        cursor = page["next_cursor"]
    assert seen == made[::-1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"cursor": "garbage"}, "cursor"),
        ({"cursor": "x" * 201}, "cursor"),
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
    ],
)
async def test_a_page_that_is_none_is_refused(http: httpx.AsyncClient, query: dict[str, Any], field: str) -> None:
    answer = await http.get("/api/v1/jobs", params=query)
    assert code_of(answer) == (422, "invalid_request")
    assert answer.json()["details"]["fields"][0]["field"] == field


async def test_a_receipt_lists_what_was_sent(http: httpx.AsyncClient, bench: JobsBench) -> None:
    seed(bench.store, make_job(bench.clock))
    for number, name in enumerate(("plan.1", "scene-02.1", "scene-03.1", "music.1")):
        await bench.plan(JOB, name, fingerprint=f"{number:064x}")
    for number, name in enumerate(("plan.1", "scene-02.1", "music.1")):
        await bench.send(f"p-{number}", JOB, name)
    await bench.move("created", "settled", JOB, "plan.1", actual_microusd=10_000)
    await bench.move("created", "refunded", JOB, "music.1")
    receipt = (await http.get(f"/api/v1/jobs/{JOB}/receipt")).json()
    assert receipt["total_usd"] == "0.01"
    assert [(call["what"], call["provider_id"], call["charged_usd"]) for call in receipt["calls"]] == [
        ("music", "p-2", "0.00"),
        ("storyboard", "p-0", "0.01"),
        ("clip of scene 2", "p-1", None),
    ]
    assert receipt["calls"][1] == {
        "intent_id": "plan.1",
        "what": "storyboard",
        "prompt": None,
        "model": "m",
        "seconds": None,
        "round": 1,
        "sent_at": "2026-11-24T12:00:00.000000Z",
        "provider_id": "p-0",
        "price_usd": "0.15",
        "charged_usd": "0.01",
        "cached": False,
    }
