"""The public routes around users' own files, and what they need to be there."""

from typing import Any, Final

from tests.fakes.assets import BATCH, PICTURE, SHARE, furnish_share, furnish_uploads
from tests.fakes.jobs_bench import BODY, JOB, make_batch
from tests.fakes.jobs_rounds import furnish_take
from tests.fakes.own_routes import Case
from tests.fakes.public_api import USER, PublicApi

BATCHES: Final = "/api/v1/batches"


def of_upload(part: str, status: int = 200, method: str = "GET") -> Case:
    """A route below an upload's."""
    path, nobodys = f"/api/v1/uploads/{{upload_id}}{part}", f"/api/v1/uploads/upl_{'0' * 32}{part}"
    return Case(method, path, f"/api/v1/uploads/{PICTURE}{part}", nobodys=nobodys, status=status)


def of_share(part: str, status: int, method: str = "GET", **more: Any) -> Case:
    """A route around a job's links."""
    path, nobodys = f"/api/v1/jobs/{{job_id}}/shares{part}", f"/api/v1/jobs/job_{'0' * 32}/shares"
    there = part.replace("{share_id}", SHARE)
    return Case(method, path, f"/api/v1/jobs/{JOB}/shares{there}", nobodys=f"{nobodys}{there}", status=status, **more)


def of_batch(part: str, status: int = 200, method: str = "GET") -> Case:
    """A route below a batch's."""
    path, nobodys = f"/api/v1/batches/{{batch_id}}{part}", f"/api/v1/batches/bat_{'0' * 32}{part}"
    return Case(method, path, f"/api/v1/batches/{BATCH}{part}", nobodys=nobodys, status=status)


def of_take(part: str, status: int, method: str = "GET", **more: Any) -> Case:
    """A route of a scene's takes; scene and take are number 1."""
    path, there = f"/scenes/{{number}}{part}", f"/scenes/1{part}".replace("{take}", "1")
    nobodys = f"/api/v1/jobs/job_{'0' * 32}{there}"
    target = f"/api/v1/jobs/{JOB}{there}"
    return Case(method, f"/api/v1/jobs/{{job_id}}{path}", target, nobodys=nobodys, status=status, **more)


BATCH_BODY: Final = {"order": BODY, "aspect_ratios": ["16:9", "9:16"], "max_cost_usd": "5.00"}
BAD_PAGES: Final = ("limit=0", "limit=101", "limit=x", "cursor=x", "cursor=%00")
ASSETS: Final = (
    Case("GET", BATCHES, BATCHES, bad_queries=BAD_PAGES),
    Case("POST", BATCHES, BATCHES, BATCH_BODY, status=202, takes_key=True, needs_body=True),
    of_batch(""),
    of_batch("/cancel", 200, "POST"),
    of_take("/choose", 202, "POST", body={"take": 1}, is_paid=True, needs_body=True),
    of_take("/takes/{take}", 302),
    of_share("", 200),
    of_share("", 201, "POST", body={"expires_in_days": 7}),
    of_share("/{share_id}", 204, "DELETE"),
    Case("GET", "/api/v1/uploads", "/api/v1/uploads"),
    Case("POST", "/api/v1/uploads", "/api/v1/uploads", {"media_type": "image/png"}, status=201, needs_body=True),
    of_upload(""),
    of_upload("", 204, "DELETE"),
    of_upload("/complete", 200, "POST"),
)


def furnish_assets(api: PublicApi) -> None:
    """All of it USER's."""
    furnish_take(api.jobs)
    furnish_uploads(api.jobs.assets, api.jobs.clock, USER)
    batch = make_batch(api.jobs.clock, user_id=USER)
    api.jobs.assets.batches[batch.batch_id] = batch
    furnish_share(api.jobs.assets, api.jobs.clock, JOB, USER)
