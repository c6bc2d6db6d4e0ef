"""The public routes around users' own files, and what they need to be there."""

from typing import Any, Final

from tests.fakes.assets import PICTURE, SHARE, furnish_share, furnish_uploads
from tests.fakes.jobs_bench import JOB
from tests.fakes.own_routes import Case
from tests.fakes.public_api import USER, PublicApi


def of_upload(part: str, status: int = 200, method: str = "GET") -> Case:
    """A route below an upload's."""
    path, nobodys = f"/api/v1/uploads/{{upload_id}}{part}", f"/api/v1/uploads/upl_{'0' * 32}{part}"
    return Case(method, path, f"/api/v1/uploads/{PICTURE}{part}", nobodys=nobodys, status=status)


def of_share(part: str, status: int, method: str = "GET", **more: Any) -> Case:
    """A route around a job's links."""
    path, nobodys = f"/api/v1/jobs/{{job_id}}/shares{part}", f"/api/v1/jobs/job_{'0' * 32}/shares"
    there = part.replace("{share_id}", SHARE)
    return Case(method, path, f"/api/v1/jobs/{JOB}/shares{there}", nobodys=f"{nobodys}{there}", status=status, **more)


ASSETS: Final = (
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
    furnish_uploads(api.jobs.assets, api.jobs.clock, USER)
    furnish_share(api.jobs.assets, api.jobs.clock, JOB, USER)
