"""The public routes around users' own files, and what they need to be there."""

from typing import Final

from tests.fakes.own_routes import Case
from tests.fakes.public_api import USER, PublicApi
from tests.fakes.uploads import PICTURE, furnish_uploads


def of_upload(part: str, status: int = 200, method: str = "GET") -> Case:
    """A route below an upload's."""
    path, nobodys = f"/api/v1/uploads/{{upload_id}}{part}", f"/api/v1/uploads/upl_{'0' * 32}{part}"
    return Case(method, path, f"/api/v1/uploads/{PICTURE}{part}", nobodys=nobodys, status=status)


ASSETS: Final = (
    Case("GET", "/api/v1/uploads", "/api/v1/uploads"),
    Case("POST", "/api/v1/uploads", "/api/v1/uploads", {"media_type": "image/png"}, status=201, needs_body=True),
    of_upload(""),
    of_upload("", 204, "DELETE"),
    of_upload("/complete", 200, "POST"),
)


def furnish_assets(api: PublicApi) -> None:
    """All of it USER's."""
    furnish_uploads(api.jobs.assets, api.jobs.clock, USER)
