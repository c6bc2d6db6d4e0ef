"""What a user may choose of the content: a plan first, then a chained, narrated and captioned video of it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import av
import pytest
from tests.fakes.footage import run_ffmpeg
from tests.integration.visitors import SMALL, Visitor, Watched

WISH = {
    **SMALL,
    "aspect_ratio": "16:9",
    "prompt": "a short film about a lighthouse and its keeper",
    "duration_s": 9,
    "category": "explainer",
    "continuity": "chained",
    "narration": True,
    "captions": True,
    "burn_captions": True,
    "end_card": {"text": 'Visit the lighthouse: "today" {free}', "duration_s": 1},
    "seed": 3,
}


@pytest.fixture(scope="module")
def reader(new_visitor: Callable[[], Visitor]) -> Visitor:
    return new_visitor()


@pytest.fixture(scope="module")
def plan(reader: Visitor) -> dict[str, Any]:
    """What POST storyboards answers; the planner's call is all that it costs."""
    reply = asyncio.run(reader.call("POST", "/api/v1/storyboards", WISH))
    assert reply.status == 200, reply.raw
    found: dict[str, Any] = reply.body
    return found


def draw(colour: str, path: Path) -> bytes:
    run_ffmpeg("-f", "lavfi", "-i", f"color=c={colour}:s=160x90", "-frames:v", "1", "-update", "1", path)
    return path.read_bytes()


async def upload(user: Visitor, purpose: str, content: bytes) -> str:
    """A picture sent as a browser sends it, completed."""
    opened = (await user.call("POST", "/api/v1/uploads", {"media_type": "image/png", "purpose": purpose})).body
    form = aiohttp.FormData(opened["form"]["fields"])
    form.add_field("file", content, filename="picture.png", content_type="image/png")
    async with aiohttp.ClientSession() as session, session.post(opened["form"]["url"], data=form) as answer:
        assert answer.status in {200, 204}, await answer.text()
    ready = await user.call("POST", opened["links"]["complete"])
    assert (ready.status, ready.body["status"]) == (200, "ready"), ready.raw
    return str(opened["upload_id"])


@pytest.fixture(scope="module")
def pictures(reader: Visitor, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A red one to begin with, and a green logo."""
    folder = tmp_path_factory.mktemp("pictures")
    reference = asyncio.run(upload(reader, "reference_image", draw("red", folder / "red.png")))
    return reference, asyncio.run(upload(reader, "logo", draw("lime", folder / "lime.png")))


@pytest.fixture(scope="module")
def video(
    reader: Visitor, plan: dict[str, Any], pictures: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Watched:
    """The plan's video, with one line of it rewritten, and with pictures of the user's own."""
    board, (reference, logo) = plan["storyboard"], pictures
    board["scenes"][0]["narration"] = "This is the lighthouse."
    path = tmp_path_factory.mktemp("content") / "video.mp4"
    more = {"storyboard": board, "reference_image": reference, "logo": {"upload_id": logo, "corner": "bottom-right"}}
    return asyncio.run(reader.watch_job(path, **{**WISH, **more}))


def receipt_of(video: Watched, kind: str) -> list[dict[str, Any]]:
    return [call for call in video.receipt["calls"] if call["intent_id"].startswith(kind)]


def test_a_plan_has_every_part_and_its_price(plan: dict[str, Any]) -> None:
    assert plan["planned_by"] == "model"
    assert plan["used"]["duration_s"] == 9.0
    assert plan["used"]["paid_s"] == sum(clip["paid_s"] for clip in plan["price"]["clips"])
    assert float(plan["spent_usd"]) == 0.01
    assert {scene["transition"] for scene in plan["storyboard"]["scenes"][:-1]} == {"cut"}
    assert all(scene["narration"] for scene in plan["storyboard"]["scenes"])


async def test_a_plan_is_counted_and_found_again(plan: dict[str, Any], reader: Visitor, video: Watched) -> None:
    del video
    again = await reader.call("POST", "/api/v1/storyboards", WISH)
    assert again.body["storyboard_id"] == plan["storyboard_id"]
    usage = (await reader.call("GET", "/api/v1/usage")).body
    assert (usage["storyboards"]["used"], usage["videos"]["used"]) == (1, 1)


def test_the_video_is_made_of_the_plan_without_a_planner(video: Watched) -> None:
    assert video.job["status"] == "completed", video.job["problem"]
    assert video.job["storyboard"]["planned_by"] == "user"
    assert video.job["storyboard"]["scenes"][0]["narration"] == "This is the lighthouse."
    assert receipt_of(video, "plan") == []


def test_the_receipt_is_the_price_that_was_shown(video: Watched) -> None:
    assert video.receipt["total_usd"] == video.accepted.body["cost"]["estimate_usd"]
    assert len(receipt_of(video, "voice")) == len(video.job["storyboard"]["scenes"])


def test_an_order_without_a_plan_costs_what_was_said_too(film: Watched) -> None:
    assert film.receipt["total_usd"] == film.accepted.body["cost"]["estimate_usd"]
    assert film.job["used"]["paid_s"] == sum(scene["clip_duration_s"] for scene in film.job["storyboard"]["scenes"])


def test_a_chained_clip_begins_with_the_picture_before(video: Watched) -> None:
    numbers = [call["intent_id"] for call in receipt_of(video, "scene")]
    assert len(numbers) >= 2
    states = [(data["number"], data["state"]) for data in video.told("scene.changed")]
    assert states.index((1, "prepared")) < states.index((2, "ingested"))


def test_it_begins_with_the_users_picture_and_bears_the_logo(video: Watched, pictures: tuple[str, str]) -> None:
    assert video.path is not None
    with av.open(str(video.path), mode="r") as container:
        frame = next(container.decode(video=0)).reformat(64, 36, format="rgb24")
    red, green = _colour_at(frame, 0.5, 0.3), _colour_at(frame, 0.85, 0.9)
    assert red[0] > 150 > max(red[1:])
    assert green[1] > 150 > max(green[0], green[2])
    told = video.job["request"]
    assert (told["reference_image"], told["logo"]["upload_id"]) == pictures


def _colour_at(frame: av.VideoFrame, across: float, down: float) -> tuple[int, ...]:
    plane = frame.planes[0]
    place = int(down * frame.height) * plane.line_size + int(across * frame.width) * 3
    return tuple(bytes(plane)[place : place + 3])


async def test_captions_are_in_the_video_and_can_be_had_alone(video: Watched, reader: Visitor) -> None:
    assert video.path is not None
    with av.open(str(video.path)) as container:
        assert [stream.codec_context.name for stream in container.streams.subtitles] == ["mov_text"]
        assert container.streams.video[0].frames == 9 * 30
    redirect = await reader.call("GET", video.job["links"]["captions"])
    captions = (await Visitor(redirect.headers["Location"]).call("GET", "")).raw.decode()
    assert captions.startswith("WEBVTT")
    assert "This is the lighthouse." in captions


def test_the_last_second_is_darkened_under_the_call_to_action(video: Watched) -> None:
    assert video.path is not None
    with av.open(str(video.path), mode="r") as container:
        levels = [mean_of(frame) for frame in container.decode(video=0)]
    assert levels[-1] < 0.6 * levels[-35]
    assert video.job["request"]["end_card"]["frames"] == 30


def mean_of(frame: av.VideoFrame) -> float:
    """Its brightness, 0 … 255."""
    plane = frame.reformat(64, 36, format="gray").planes[0]
    return sum(bytes(plane)) / plane.buffer_size


async def test_a_video_without_captions_has_none_to_give(film: Watched, owner: Visitor) -> None:
    assert "captions" not in film.job["links"]
    assert (await owner.call("GET", film.job["links"]["self"] + "/captions")).status == 404


async def test_the_catalogue_is_there(visitor: Visitor) -> None:
    catalogue = (await visitor.call("GET", "/api/v1/models")).body
    assert [model["name"] for model in catalogue["video"] if model["is_default"]] == ["bytedance/seedance-1-pro-fast"]


async def test_what_a_model_cannot_do_is_refused_at_the_door(visitor: Visitor) -> None:
    reply = await visitor.order(
        prompt="a film that wan cannot chain", model="wan-video/wan-2.7-t2v", continuity="chained"
    )
    assert (reply.status, reply.body["code"]) == (422, "model_unable")
    assert reply.body["details"]["alternatives"]
