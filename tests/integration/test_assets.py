"""What is there around a video, on the stack: its link, its receipt, several at once, and the end of a user."""

import pytest
from tests.integration.test_rounds import poll
from tests.integration.visitors import SMALL, Visitor, Watched

from omnigen_jobs.clients.sealing import is_sealed


@pytest.fixture
def stranger(owner: Visitor) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(owner.gateway_url)


async def test_a_link_shows_the_video_until_it_is_revoked(owner: Visitor, stranger: Visitor, film: Watched) -> None:
    shares = f"{film.job['links']['self']}/shares"
    link = (await owner.call("POST", shares, {"expires_in_days": 1})).body
    shown = await stranger.call("GET", link["path"])
    assert shown.status == 200
    assert not {"request", "cost", "job_id"} & set(shown.body)
    video = await Visitor(shown.body["links"]["video"]).call("GET", "")
    assert (video.status, len(video.raw)) == (200, shown.body["size_bytes"])
    assert (await owner.call("DELETE", f"{shares}/{link['share_id']}")).status == 204
    assert (await stranger.call("GET", link["path"])).status == 404


async def test_anybody_can_check_a_receipt(stranger: Visitor, film: Watched) -> None:
    keys = (await stranger.call("GET", "/api/v1/receipts/keys")).body["keys"]
    assert is_sealed(film.receipt, keys)
    assert not is_sealed({**film.receipt, "total_usd": "0.00"}, keys)
    clips = [call for call in film.receipt["calls"] if call["what"].startswith("clip")]
    assert sum(call["seconds"] for call in clips) == film.job["used"]["paid_s"]


async def test_shapes_of_a_batch_are_planned_once(visitor: Visitor) -> None:
    order = {**SMALL, "prompt": "a film in two shapes about a heron", "aspect_ratio": "16:9", "music": False}
    body = {"order": order, "aspect_ratios": ["16:9", "9:16"], "max_cost_usd": "2.00"}
    batch = (await visitor.call("POST", "/api/v1/batches", body)).body
    paths = [item["links"]["self"] for item in batch["items"]]
    for path in paths:
        await poll(visitor, path, lambda job: job["storyboard"] is not None or job["problem"] is not None)
    plans = [(await visitor.call("GET", path)).body["storyboard"] for path in paths]
    assert plans[0] == plans[1]
    canceled = await visitor.call("POST", batch["links"]["cancel"])
    assert canceled.body["status"] in {"canceled", "partial", "completed"}
    await poll(visitor, batch["links"]["self"], lambda now: now["waiting"] == 0 and now["status"] != "running")


async def test_who_leaves_is_shut_out_and_can_come_back_as_somebody_new(visitor: Visitor) -> None:
    assert (await visitor.call("DELETE", "/api/v1/auth/me")).status == 202
    assert (await visitor.call("GET", "/api/v1/jobs")).status in {401, 403}
    assert (await visitor.call("DELETE", "/api/v1/auth/me")).status in {401, 403}
