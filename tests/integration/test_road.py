"""From a prompt to an MP4: every part of the product is real but the provider and AWS."""

import io
import re
import subprocess
from itertools import pairwise
from pathlib import Path

import av
import imageio_ffmpeg
from tests.integration.conftest import PROMPT
from tests.integration.visitors import Visitor, Watched, collect_events

from omnigen_composer.media.findings import Verdict, read_credentials
from omnigen_local.credentials import ROOT_FILE
from omnigen_local.demo.client import GatewayClient
from omnigen_local.stack import LocalStack

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
FRAMES = 5 * 30


def saved(film: Watched) -> Path:
    assert film.path is not None, film.job["problem"]
    return film.path


def frame_hashes(path: Path) -> bytes:
    command = [FFMPEG, "-v", "error", "-i", str(path), "-map", "0:v", "-f", "framemd5", "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 - our own FFmpeg


def test_a_job_is_accepted_with_its_address(film: Watched) -> None:
    accepted = film.accepted
    assert accepted.headers["Location"] == accepted.body["links"]["self"]
    assert accepted.body["status"] in {"pending", "planning"}
    assert accepted.body["request"]["prompt"] == PROMPT
    assert "video" not in accepted.body["links"]


def test_it_goes_through_its_stages_to_the_end(film: Watched) -> None:
    stages = [data["status"] for data in film.told("job.stage_changed")]
    assert [stage for stage in stages if stage != "completed"] == ["planning", "generating", "composing"]
    assert film.job["status"] == "completed"
    assert film.job["problem"] is None
    assert film.events[-1].type == "job.completed"


def test_stored_events_are_numbered_without_a_gap(film: Watched) -> None:
    ids = [int(event.id) for event in film.events if event.id]
    assert ids == list(range(1, len(ids) + 1))
    assert {event.type for event in film.events if not event.id} <= {"job.progress"}
    assert all(event.data["job_id"] == film.job["job_id"] for event in film.events)


def test_the_events_tell_the_plan_and_how_every_scene_went(film: Watched) -> None:
    (planned,) = film.told("job.planned")
    numbers = [scene["number"] for scene in planned["scenes"]]
    assert numbers == [scene["number"] for scene in film.job["storyboard"]["scenes"]]
    for number in numbers:
        states = [data["state"] for data in film.told("scene.changed") if data["number"] == number]
        assert states[-1] == "prepared"
    assert [scene["state"] for scene in film.job["scenes"]] == ["prepared"] * len(numbers)


async def test_a_watcher_who_comes_back_is_told_the_rest_and_no_more(film: Watched, owner: Visitor) -> None:
    stored = [event for event in film.events if event.id]
    middle = stored[len(stored) // 2]
    reply = await owner.call("GET", film.job["links"]["events"], **{"Last-Event-ID": middle.id})
    ids = [line.removeprefix("id: ") for line in reply.raw.decode().splitlines() if line.startswith("id: ")]
    assert ids == [event.id for event in stored[stored.index(middle) + 1 :]]
    assert reply.raw.decode().split("event: ")[-1].startswith("end")


async def test_everything_is_told_again_to_who_asks_from_the_start(film: Watched, owner: Visitor) -> None:
    async with GatewayClient(owner.gateway_url, owner.token) as gateway:
        again = await collect_events(gateway, film.job["links"]["events"])
    assert again == [event for event in film.events if event.id]


def test_the_video_has_exactly_the_frames_that_were_ordered(film: Watched) -> None:
    with av.open(saved(film)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.width, video.codec_context.height) == (480, 480)
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (audio.codec_context.name, audio.codec_context.sample_rate, audio.channels) == ("aac", 48_000, 2)
        assert video.average_rate == 30
        stamps = [frame.pts for frame in container.decode(video) if frame.pts is not None]
    assert len(stamps) == FRAMES
    assert len({after - before for before, after in pairwise(stamps)}) == 1
    assert film.job["output"] == {
        "frames": FRAMES,
        "duration_s": 5.0,
        "width": 480,
        "height": 480,
        "size_bytes": saved(film).stat().st_size,
    }


def test_the_video_decodes_without_an_error(film: Watched) -> None:
    command = [FFMPEG, "-v", "error", "-xerror", "-i", str(saved(film)), "-f", "null", "-"]
    done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own FFmpeg
    assert done.stderr == b""


def test_a_player_can_start_before_the_whole_file_is_there(film: Watched) -> None:
    content = saved(film).read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_the_video_is_signed_and_tells_its_models(film: Watched, stack: LocalStack) -> None:
    root = (stack.plan.state_dir / "signing" / ROOT_FILE).read_text()
    found = read_credentials(saved(film), root)
    assert (found.verdict, found.is_ai_generated) == (Verdict.TRUSTED, True)
    assert film.job["request"]["model"] in {model.name for model in found.models}


def test_the_receipt_adds_up_to_what_was_spent(film: Watched) -> None:
    calls = film.receipt["calls"]
    charged = sum(round(float(call["charged_usd"]) * 1_000_000) for call in calls)
    assert charged == round(float(film.receipt["total_usd"]) * 1_000_000)
    assert film.receipt["total_usd"] == film.job["cost"]["spent_usd"]
    assert float(film.job["cost"]["spent_usd"]) <= float(film.job["cost"]["max_usd"])
    scenes = [call for call in calls if call["what"].startswith("clip of scene")]
    assert len(scenes) == len(film.job["storyboard"]["scenes"])
    assert len({call["provider_id"] for call in calls}) == len(calls)


async def test_usage_shows_the_video_and_its_cost_and_nothing_left_reserved(film: Watched, owner: Visitor) -> None:
    usage = (await owner.call("GET", "/api/v1/usage")).body
    assert (usage["videos"]["used"], usage["videos"]["reserved"]) == (1, 0)
    assert usage["concurrent_jobs"]["running"] == 0
    assert usage["spend"]["spent_usd"] == film.job["cost"]["spent_usd"]
    assert float(usage["spend"]["reserved_usd"]) == 0


async def test_the_poster_is_a_picture_behind_a_signed_link(film: Watched, owner: Visitor) -> None:
    redirect = await owner.call("GET", film.job["links"]["thumbnail"])
    assert redirect.status == 302
    assert "X-Amz-Signature" in redirect.headers["Location"]
    stranger = Visitor(redirect.headers["Location"])
    poster = await stranger.call("GET", "")
    assert poster.raw.startswith(b"\xff\xd8")


async def test_the_same_key_is_the_same_job(visitor: Visitor) -> None:
    order = {"prompt": "the same order, sent two times over", "key": "the-same-key"}
    first, second = await visitor.order(**order), await visitor.order(**order)
    assert (first.status, second.status) == (202, 202)
    assert first.body["job_id"] == second.body["job_id"]
    assert len((await visitor.call("GET", "/api/v1/jobs")).body["jobs"]) == 1
    await visitor.call_off(first)


async def test_another_order_under_the_same_key_is_refused(visitor: Visitor) -> None:
    first = await visitor.order(key="one-key", prompt="a film about a lake in autumn")
    reply = await visitor.order(key="one-key", prompt="a film about a lake in spring")
    assert (reply.status, reply.body["code"]) == (422, "idempotency_mismatch")
    await visitor.call_off(first)


async def test_the_same_seed_gives_somebody_else_the_same_frames(
    film: Watched, visitor: Visitor, tmp_path: Path
) -> None:
    again = await visitor.watch_job(tmp_path / "again.mp4", prompt=PROMPT, seed=7)
    assert again.job["storyboard"] == film.job["storyboard"]
    assert frame_hashes(saved(again)) == frame_hashes(saved(film))


async def test_another_seed_gives_another_film(film: Watched, visitor: Visitor, tmp_path: Path) -> None:
    other = await visitor.watch_job(tmp_path / "other.mp4", prompt=PROMPT, seed=8)
    assert frame_hashes(saved(other)) != frame_hashes(saved(film))


async def test_the_video_is_to_be_had_in_other_forms(film: Watched, owner: Visitor) -> None:
    exports = film.job["links"]["exports"]
    ordered = {"format": "mp4", "aspect_ratio": "9:16", "resolution": "480p"}
    made = await owner.call("POST", exports, ordered)
    while made.status == 202:
        made = await owner.call("GET", made.headers["Location"])
    assert (made.status, made.body["output"]["width"], made.body["output"]["height"]) == (200, 480, 854)
    assert made.body["output"]["frames"] == FRAMES
    link = await owner.call("GET", made.body["links"]["file"])
    assert (link.status, "X-Amz-Signature" in link.headers["Location"]) == (302, True)
    usage = (await owner.call("GET", "/api/v1/usage")).body
    assert usage["spend"]["spent_usd"] == film.job["cost"]["spent_usd"]


async def test_a_stream_is_read_part_by_part_through_its_playlist(film: Watched, owner: Visitor) -> None:
    made = await owner.call("POST", film.job["links"]["exports"], {"format": "hls"})
    while made.status == 202:
        made = await owner.call("GET", made.headers["Location"])
    playlist = (await owner.call("GET", made.body["links"]["file"])).raw.decode()
    parts = re.findall(r"#EXT-X-BYTERANGE:(\d+)@(\d+)\n(\S+)", playlist)
    start = int(re.findall(r'BYTERANGE="(\d+)@0"', playlist)[0])
    stream = (await Visitor(parts[0][2]).call("GET", "")).raw
    assert [int(parts[0][1]), sum(int(size) for size, _, _ in parts)] == [start, len(stream) - start]
    with av.open(io.BytesIO(stream), mode="r") as container:
        assert sum(1 for _ in container.decode(video=0)) == FRAMES
