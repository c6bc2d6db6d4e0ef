"""Exports over a fake composer, and the rules about them."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import (
    JOB,
    JobsBench,
    make_job,
    make_output,
    make_request,
    make_storyboard,
)

from omnigen_jobs.domain.exporting import ExportWish, parse_id, to_request, write_playlist
from omnigen_jobs.domain.records import Scene
from omnigen_shared.contracts.exports import (
    ExportFormat,
    ExportRequest,
    ExportResult,
    ExportShape,
    Fit,
    PreviewRequest,
    StreamPart,
)
from omnigen_shared.contracts.job import JobStatus, SceneState
from omnigen_shared.contracts.media import AspectRatio, Resolution
from omnigen_shared.errors import DependencyUnavailableError, NotFoundError
from omnigen_shared.testing.clock import FrozenClock

EXPORTS = f"/api/v1/jobs/{JOB}/exports"
PREVIEW = f"/api/v1/jobs/{JOB}/preview"
shapes = st.sampled_from([None, *ExportShape])
wishes = st.builds(ExportWish, st.sampled_from(ExportFormat), shapes, st.sampled_from(Resolution), st.sampled_from(Fit))


@pytest.fixture
def bench() -> JobsBench:
    built = JobsBench()
    done = {"status": JobStatus.COMPLETED, "lease_until": None, "storyboard": make_storyboard()}
    seed(built.store, make_job(built.clock, output=make_output(), **done))
    return built


def last_order(bench: JobsBench) -> ExportRequest:
    [*_, order] = bench.exporter.orders
    assert isinstance(order, ExportRequest)
    return order


@given(wishes)
def test_an_id_spells_the_export_out(wish: ExportWish) -> None:
    assert parse_id(wish.export_id, make_output(width=1920, height=1080)) == wish


def test_a_size_that_the_video_has_not_is_no_export_of_it() -> None:
    with pytest.raises(NotFoundError):
        parse_id("mp4_same_1080p_blur", make_output(width=1280, height=720))


@pytest.mark.parametrize(
    "text", ["", "mp4", "avi_same_720p_blur", "mp4_4x3_720p_blur", "mp4_same_4k_blur", "mp4_same_720p_x"]
)
def test_other_texts_are_no_exports(text: str) -> None:
    with pytest.raises(NotFoundError):
        parse_id(text, make_output())


@given(wishes, st.sampled_from([(1280, 720), (854, 480), (720, 1280), (1080, 1080), (810, 1080)]))
def test_every_size_is_even_and_has_the_wanted_short_side(wish: ExportWish, own: tuple[int, int]) -> None:
    output = make_output(width=own[0], height=own[1])
    request = to_request(make_job(FrozenClock()), output, wish)
    assert (request.width % 2, request.height % 2) == (0, 0)
    short = wish.resolution.short_side_px
    assert min(request.width, request.height) == (short if wish.shape else min(short, *own))
    if wish.shape is not None:
        across, down = (int(part) for part in wish.shape.value.split(":"))
        assert request.width / request.height == pytest.approx(across / down, rel=0.01)


async def test_an_export_is_ordered_by_what_it_shall_be(http: httpx.AsyncClient, bench: JobsBench) -> None:
    answer = await http.post(EXPORTS, json={"format": "webm", "aspect_ratio": "9:16", "fit": "crop"})
    told = answer.json()
    assert (answer.status_code, told["status"], told["export_id"]) == (200, "completed", "webm_9x16_720p_crop")
    order = last_order(bench)
    assert (order.video_key, order.width, order.height) == (make_output().video_key, 720, 1280)
    again = await http.get(told["links"]["self"])
    assert (again.json(), last_order(bench)) == (told, order)
    file = await http.get(told["links"]["file"])
    assert file.status_code == 302
    assert file.headers["location"].endswith("webm_9x16_720p_crop.webm&type=video/webm")
    for link in (told["links"]["file"], f"/api/v1/jobs/{JOB}/video"):
        saved = await http.get(link, params={"download": "true"})
        assert saved.headers["location"].endswith("&saved")


async def test_what_is_not_there_yet_says_how_far_it_is(http: httpx.AsyncClient, bench: JobsBench) -> None:
    bench.exporter.progress = 0.25
    answer = await http.post(EXPORTS, json={"format": "mp4", "aspect_ratio": "1:1"})
    assert (answer.status_code, answer.json()["status"], answer.json()["progress"]) == (202, "running", 0.25)
    assert (answer.headers["location"], answer.headers["retry-after"]) == (answer.json()["links"]["self"], "2")
    assert "file" not in answer.json()["links"]
    early = await http.get(answer.headers["location"] + "/file")
    assert (early.status_code, early.json()["code"], early.headers["retry-after"]) == (409, "not_ready", "2")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"format": "mp4", "resolution": "1080p"}, "resolution"),
        ({"format": "avi"}, "format"),
        ({"format": "mp4", "aspect_ratio": "4:3"}, "aspect_ratio"),
        ({"format": "mp4", "fit": "stretch"}, "fit"),
        ({}, "format"),
    ],
)
async def test_what_cannot_be_had_is_named(
    http: httpx.AsyncClient, bench: JobsBench, body: dict[str, str], field: str
) -> None:
    answer = await http.post(EXPORTS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    [told] = answer.json()["details"]["fields"]
    assert told["field"] == field
    assert told["limits"]
    assert bench.exporter.orders == []


async def test_a_job_without_a_video_has_no_exports(http: httpx.AsyncClient, bench: JobsBench) -> None:
    seed(bench.store, make_job(bench.clock, status=JobStatus.GENERATING))
    answer = await http.post(EXPORTS, json={"format": "mp4"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_ready")


async def test_a_busy_composer_is_told_with_when_to_come_back(http: httpx.AsyncClient, bench: JobsBench) -> None:
    bench.exporter.error = DependencyUnavailableError("busy", retry_after_s=7)
    answer = await http.post(EXPORTS, json={"format": "mp4"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")


async def test_a_streams_file_is_its_playlist(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"{EXPORTS}/hls_same_720p_blur/file")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/vnd.apple.mpegurl")
    lines = answer.text.splitlines()
    assert lines[0] == "#EXTM3U"
    assert lines[-1] == "#EXT-X-ENDLIST"
    assert lines.count("#EXT-X-BYTERANGE:800@100") == 1


def test_a_playlist_names_every_part_by_its_place() -> None:
    parts = (StreamPart(duration_ms=6000, size=10, offset=5), StreamPart(duration_ms=1500, size=4, offset=15))
    result = ExportResult(
        key="k", format=ExportFormat.HLS, width=2, height=2, frames=1, duration_s=7.5, size_bytes=19, parts=parts
    )
    text = write_playlist("https://x/y?z", result)
    assert '#EXT-X-MAP:URI="https://x/y?z",BYTERANGE="5@0"' in text
    assert "#EXT-X-TARGETDURATION:6\n" in text
    assert "#EXTINF:1.500,\n#EXT-X-BYTERANGE:4@15\nhttps://x/y?z\n" in text


async def test_the_preview_shows_the_scenes_that_are_there(http: httpx.AsyncClient, bench: JobsBench) -> None:
    now = bench.clock.now()
    scenes = [
        Scene(number=1, state=SceneState.PREPARED, clip_key="u/user-1/clips/1.mp4", updated_at=now),
        Scene(number=2, state=SceneState.GENERATING, updated_at=now),
        Scene(number=3, state=SceneState.INGESTED, clip_key="u/user-1/clips/3.mp4", updated_at=now),
    ]
    request = make_request(aspect_ratio=AspectRatio.PORTRAIT)
    running = make_job(bench.clock, status=JobStatus.GENERATING, storyboard=make_storyboard(), request=request)
    seed(bench.store, running)
    bench.store.scenes |= {(JOB, scene.number): scene for scene in scenes}
    answer = await http.get(PREVIEW)
    assert (answer.status_code, "preview.mp4" in answer.headers["location"]) == (302, True)
    [order] = bench.exporter.orders
    assert isinstance(order, PreviewRequest)
    assert [scene.clip_key[-5:] for scene in order.scenes] == ["1.mp4", "3.mp4"]
    assert (order.width, order.height) == (240, 426)
    assert (await http.get(f"/api/v1/jobs/{JOB}")).json()["links"]["preview"] == PREVIEW


async def test_the_preview_of_a_finished_video_is_the_video(http: httpx.AsyncClient, bench: JobsBench) -> None:
    answer = await http.get(PREVIEW)
    assert make_output().video_key in answer.headers["location"]
    assert bench.exporter.orders == []


async def test_there_is_no_preview_of_nothing(http: httpx.AsyncClient, bench: JobsBench) -> None:
    seed(bench.store, make_job(bench.clock, status=JobStatus.GENERATING, storyboard=make_storyboard()))
    assert (await http.get(PREVIEW)).json()["code"] == "not_ready"
