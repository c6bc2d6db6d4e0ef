"""Pictures of a user's own: sent, checked, named in orders, forgotten."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
from tests.fakes.assets import LOGO, PICTURE, furnish_uploads
from tests.fakes.jobs_bench import BODY, USER, JobsBench, identity

from omnigen_jobs.domain.problems import TooManyUploadsError, UploadInvalidError
from omnigen_jobs.domain.uploads import MOST_UPLOADS, Purpose, UploadId, raw_key
from omnigen_shared.contracts.composer import Corner, Logo
from omnigen_shared.contracts.stills import StillType
from omnigen_shared.errors import DependencyUnavailableError

OTHERS = "user-2"
KIND = (Purpose.LOGO, StillType.PNG)


async def begin(http: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await http.post("/api/v1/uploads", json={"media_type": "image/png", **body})
    assert answer.status_code == 201
    return answer.json()  # type: ignore[no-any-return]


def send(bench: JobsBench, upload: dict[str, Any], content: bytes = b"a picture") -> str:
    key = upload["form"]["fields"]["key"]
    bench.box.objects[key] = content
    return str(key)


async def test_a_picture_is_sent_by_a_form_and_completed(http: httpx.AsyncClient, bench: JobsBench) -> None:
    upload = await begin(http, purpose="logo")
    key = send(bench, upload)
    assert key == f"u/{USER}/uploads/{upload['upload_id']}"
    assert upload["form"]["fields"]["policy"] == "20000000 bytes, 900 s"
    assert (upload["status"], upload["width"]) == ("awaiting", None)
    assert upload["expires_at"] == "2026-11-24T12:15:00.000000Z"
    assert upload["limits"]["media_types"] == ["image/jpeg", "image/png", "image/webp"]
    ready = (await http.post(upload["links"]["complete"])).json()
    assert (ready["status"], ready["width"], ready["height"], ready["size_bytes"]) == ("ready", 64, 32, 9)
    assert key not in bench.box.objects
    assert (await http.post(upload["links"]["complete"])).json() == ready
    assert (await http.get("/api/v1/uploads")).json() == {"uploads": [ready]}
    assert (await http.get(upload["links"]["self"])).json() == ready


async def test_what_is_not_there_not_ready_or_no_picture_is_told(http: httpx.AsyncClient, bench: JobsBench) -> None:
    upload = await begin(http)
    complete = upload["links"]["complete"]
    missing = await http.post(complete)
    assert (missing.status_code, missing.json()["code"]) == (409, "upload_missing")
    bench.studio.progress = 0.5
    working = await http.post(complete)
    assert (working.status_code, working.headers["retry-after"]) == (202, "1")
    assert working.json() == {"upload_id": upload["upload_id"], "status": "checking", "progress": 0.5}
    bench.studio.progress, bench.studio.error = None, UploadInvalidError("It is text.", details={"limits": {}})
    refused = await http.post(complete)
    assert (refused.status_code, refused.json()["code"], refused.json()["detail"]) == (
        422,
        "upload_invalid",
        "It is text.",
    )
    bench.studio.error = None
    send(bench, upload)
    assert (await http.post(complete)).status_code == 200


async def test_nobody_elses_upload_is_there(http: httpx.AsyncClient, bench: JobsBench) -> None:
    furnish_uploads(bench.assets, bench.clock, USER)
    stranger = identity(user_id=OTHERS)
    assert (await http.get("/api/v1/uploads", headers=stranger)).json() == {"uploads": []}
    for method, part in (("GET", ""), ("DELETE", ""), ("POST", "/complete")):
        answer = await http.request(method, f"/api/v1/uploads/{PICTURE}{part}", headers=stranger)
        assert answer.status_code == 404
    order = await http.post("/api/v1/jobs", json={**BODY, "reference_image": PICTURE}, headers=stranger)
    assert order.status_code == 422
    assert order.json()["details"]["fields"][0]["limits"] == {"allowed": []}


async def test_an_order_names_its_pictures_by_id(http: httpx.AsyncClient, bench: JobsBench) -> None:
    furnish_uploads(bench.assets, bench.clock, USER)
    body = {**BODY, "reference_image": PICTURE, "logo": {"upload_id": LOGO, "corner": "bottom-left"}}
    plain = (await http.post("/api/v1/jobs", json=BODY)).json()
    job = (await http.post("/api/v1/jobs", json=body)).json()
    assert job["request"]["reference_image"] == PICTURE
    assert job["request"]["logo"] == {"upload_id": LOGO, "corner": "bottom-left"}
    assert "stills" not in str(job)
    assert job["request"]["seed"] == plain["request"]["seed"]
    request = (await bench.read(job["job_id"])).job.request
    assert request.reference_image == f"u/{USER}/stills/{PICTURE}.png"
    assert request.logo == Logo(image_key=f"u/{USER}/stills/{LOGO}.png", corner=Corner.BOTTOM_LEFT)


async def test_what_cannot_be_used_in_an_order_is_refused(http: httpx.AsyncClient, bench: JobsBench) -> None:
    furnish_uploads(bench.assets, bench.clock, USER)
    waiting = (await begin(http))["upload_id"]
    nobodys = f"upl_{'0' * 32}"
    wrongs = (
        ({"reference_image": nobodys}, "reference_image"),
        ({"reference_image": LOGO}, "reference_image"),
        ({"reference_image": waiting}, "reference_image"),
        ({"logo": {"upload_id": PICTURE}}, "logo.upload_id"),
        ({"reference_image": "https://example.com/a.png"}, "reference_image"),
        ({"reference_image": f"u/{USER}/stills/a.png"}, "reference_image"),
        ({"logo": {"image_key": "u/x/y"}}, "logo.upload_id"),
    )
    for path in ("/api/v1/jobs", "/api/v1/storyboards"):
        for more, field in wrongs:
            answer = await http.post(path, json={**BODY, **more})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), more
            assert field in {found["field"] for found in answer.json()["details"]["fields"]}, more
    assert bench.quota.calls == []


async def test_a_model_that_takes_no_picture_says_who_does(http: httpx.AsyncClient, bench: JobsBench) -> None:
    furnish_uploads(bench.assets, bench.clock, USER)
    body = {**BODY, "reference_image": PICTURE}
    refused = (await http.post("/api/v1/jobs", json={**body, "model": "wan-video/wan-2.7-t2v"})).json()
    assert (refused["code"], refused["details"]["fields"][0]["field"]) == ("model_unable", "reference_image")
    assert "bytedance/seedance-1-lite" in refused["details"]["alternatives"]
    animator = {**body, "model": "minimax/hailuo-2.3-fast", "duration_s": 12}
    assert (await http.post("/api/v1/jobs", json=animator)).status_code == 202


async def test_a_deleted_picture_is_named_by_no_order_and_its_file_goes_once_more(
    http: httpx.AsyncClient, bench: JobsBench
) -> None:
    upload = await begin(http)
    key = send(bench, upload)
    await http.post(upload["links"]["complete"])
    assert (await http.delete(upload["links"]["self"])).status_code == 204
    assert (await http.get("/api/v1/uploads")).json() == {"uploads": []}
    again = await http.post("/api/v1/jobs", json={**BODY, "reference_image": upload["upload_id"]})
    assert again.status_code == 422
    send(bench, upload)  # its form is still taken
    bench.clock.advance(3601)
    await bench.tidier.sweep()
    assert key not in bench.box.objects
    assert bench.assets.uploads[USER].uploads == ()


async def test_what_is_not_completed_in_an_hour_is_forgotten_with_its_file(
    http: httpx.AsyncClient, bench: JobsBench
) -> None:
    unfinished, done = await begin(http), await begin(http)
    keys = [send(bench, upload) for upload in (unfinished, done)]
    await http.post(done["links"]["complete"])
    tidier = bench.tidier
    bench.clock.advance(3599)
    await tidier.sweep()
    assert keys[0] in bench.box.objects
    bench.clock.advance(2)
    bench.box.error = DependencyUnavailableError("S3 is away")
    await tidier.sweep()
    assert len(bench.assets.uploads[USER].uploads) == 2
    bench.box.error = None
    await tidier.sweep()
    assert keys[0] not in bench.box.objects
    assert [one["upload_id"] for one in (await http.get("/api/v1/uploads")).json()["uploads"]] == [done["upload_id"]]
    assert await bench.assets.list_chores(bench.clock.now() + timedelta(days=9), 25) == []


async def test_there_are_never_more_than_there_may_be(bench: JobsBench) -> None:
    async def order() -> bool:
        try:
            await bench.uses.uploading.order(USER, *KIND)
        except TooManyUploadsError:
            return False
        return True

    furnish_uploads(bench.assets, bench.clock, USER)
    taken = [await asyncio.gather(*(order() for _ in range(10))) for _ in range(MOST_UPLOADS // 10)]
    assert sum(batch.count(False) for batch in taken) == 2
    assert len(bench.assets.uploads[USER].uploads) == MOST_UPLOADS


async def test_completing_twice_at_once_and_deleting_beside_it_end_in_one_truth(bench: JobsBench) -> None:
    upload, form = await bench.uses.uploading.order(USER, *KIND)
    bench.box.objects[form.fields["key"]] = b"x"
    uploading = bench.uses.uploading
    results = await asyncio.gather(
        uploading.complete(USER, upload.upload_id),
        uploading.complete(USER, upload.upload_id),
        uploading.delete(USER, upload.upload_id),
        return_exceptions=True,
    )
    assert results[2] is None
    assert (await bench.assets.get_uploads(USER)).shown == ()
    assert form.fields["key"] not in bench.box.objects


def test_a_file_lies_under_its_user() -> None:
    assert raw_key(USER, UploadId("upl_1")) == f"u/{USER}/uploads/upl_1"
