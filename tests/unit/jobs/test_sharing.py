"""Links to a video for whoever has them: what they show, until when, and nothing else."""

import asyncio
import re
from typing import Any

import httpx
import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import JOB, USER, JobsBench, identity, make_job, make_output, make_storyboard

from omnigen_jobs.domain.records import Job
from omnigen_jobs.domain.shares import MOST_SHARES
from omnigen_shared.contracts.job import JobStatus

SHARES = f"/api/v1/jobs/{JOB}/shares"


@pytest.fixture
def job(bench: JobsBench) -> Job:
    """Finished, with captions."""
    output = make_output(captions_key=f"u/{USER}/renders/r/v.vtt")
    done = make_job(bench.clock, status=JobStatus.COMPLETED, output=output, storyboard=make_storyboard())
    return seed(bench.store, done)


async def share(http: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await http.post(SHARES, json=body or None)
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def look(http: httpx.AsyncClient, path: str) -> httpx.Response:
    return await http.get(path, headers=identity(user_id="nobody"))


async def test_a_link_shows_the_video_to_nobody_in_particular(http: httpx.AsyncClient, job: Job) -> None:
    link = await share(http, expires_in_days=7)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", link["token"])
    assert (link["path"], link["expires_at"]) == (f"/api/v1/share/{link['token']}", "2026-12-01T12:00:00.000000Z")
    answer = await look(http, link["path"])
    assert answer.headers["cache-control"] == "no-store"
    shown = answer.json()
    assert shown.pop("links") == {
        "video": f"https://media.test/u/{USER}/renders/r/v.mp4?name=omnigen-dawn-over-the-hill-caf.mp4&type=video/mp4",
        "thumbnail": f"https://media.test/u/{USER}/renders/r/v.jpg?name=omnigen-dawn-over-the-hill-caf.jpg&type=image/jpeg",
        "captions": f"https://media.test/u/{USER}/renders/r/v.vtt?name=omnigen-dawn-over-the-hill-caf.vtt&type=text/vtt",
    }
    assert shown == {
        "title": "Dawn over the Hill — café",
        "duration_s": 15.0,
        "width": 1280,
        "height": 720,
        "aspect_ratio": "16:9",
        "burn_captions": False,
        "size_bytes": 9,
        "expires_at": "2026-12-01T12:00:00.000000Z",
    }
    assert job.request.prompt not in answer.text
    assert JOB not in answer.text


@pytest.mark.usefixtures("job")
async def test_the_token_is_shown_once_and_kept_nowhere(http: httpx.AsyncClient, bench: JobsBench) -> None:
    link = await share(http)
    listed = (await http.get(SHARES)).json()["shares"]
    assert listed == [{name: link[name] for name in ("share_id", "created_at", "expires_at")}]
    assert link["token"] not in str(vars(bench.assets))
    assert (await share(http))["token"] != link["token"]


@pytest.mark.usefixtures("job")
async def test_a_revoked_link_shows_nothing_from_then_on(http: httpx.AsyncClient, bench: JobsBench) -> None:
    first, second = await share(http), await share(http)
    one = f"{SHARES}/{first['share_id']}"
    assert (await http.delete(one)).status_code == 204
    assert (await look(http, first["path"])).status_code == 404
    assert (await look(http, second["path"])).status_code == 200
    assert (await http.delete(one)).status_code == 404
    assert len(bench.assets.found) == 1


@pytest.mark.usefixtures("job")
async def test_it_ends(http: httpx.AsyncClient, bench: JobsBench) -> None:
    link = await share(http, expires_in_days=1)
    bench.clock.advance(24 * 3600 - 1)
    assert (await look(http, link["path"])).status_code == 200
    bench.clock.advance(1)
    assert (await look(http, link["path"])).status_code == 404
    assert (await http.get(SHARES)).json() == {"shares": []}
    assert (await http.delete(f"{SHARES}/{link['share_id']}")).status_code == 404


@pytest.mark.usefixtures("job")
async def test_nobody_else_makes_lists_or_revokes_it(http: httpx.AsyncClient) -> None:
    link, stranger = await share(http), identity(user_id="user-2")
    one = f"{SHARES}/{link['share_id']}"
    for method, path in (("POST", SHARES), ("GET", SHARES), ("DELETE", one)):
        assert (await http.request(method, path, headers=stranger)).status_code == 404
    assert (await look(http, link["path"])).status_code == 200


@pytest.mark.usefixtures("job")
@pytest.mark.parametrize("token", ["x", "t" * 42, "t" * 44, "t" * 43, "%00" * 43, "t" * 42 + "="])
async def test_what_is_no_link_is_not_found(http: httpx.AsyncClient, token: str) -> None:
    answer = await look(http, f"/api/v1/share/{token}")
    assert answer.status_code == 404


async def test_there_is_nothing_to_share_before_there_is_a_video(http: httpx.AsyncClient, bench: JobsBench) -> None:
    seed(bench.store, make_job(bench.clock))
    answer = await http.post(SHARES)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_ready")


@pytest.mark.usefixtures("job")
async def test_a_video_that_is_gone_is_shown_to_nobody(http: httpx.AsyncClient, bench: JobsBench) -> None:
    link = await share(http)
    del bench.store.jobs[JOB]
    assert (await look(http, link["path"])).status_code == 404


@pytest.mark.usefixtures("job")
async def test_there_are_never_more_than_there_may_be(http: httpx.AsyncClient, bench: JobsBench) -> None:
    answers = await asyncio.gather(*(http.post(SHARES) for _ in range(MOST_SHARES + 5)))
    assert [answer.status_code for answer in answers].count(201) == MOST_SHARES
    assert {answer.json()["code"] for answer in answers if answer.status_code != 201} == {"too_many_shares"}
    bench.clock.advance(31 * 24 * 3600)
    await share(http)
    assert len((await http.get(SHARES)).json()["shares"]) == 1
