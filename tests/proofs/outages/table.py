"""Every public route, and what it cannot do without."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from tests.contract.test_every_route import ALL, CASES, furnish
from tests.fakes.assets import TOKEN
from tests.fakes.outage_world import Dependency, World
from tests.fakes.own_routes import STRANGERS, Case
from tests.fakes.public_api import USER

STRANGER: Final = {"email": "anna@example.com", "password": "correct-Horse-5", "code": "123456"}
FIELDS: Final = dict(
    zip(STRANGERS, (("email", "password"), ("email", "code"), ("email",), tuple(STRANGER)), strict=True)
)
SIGNING_UP: Final = tuple(
    Case(
        "POST", f"/api/v1/auth/{name}", f"/api/v1/auth/{name}", {field: STRANGER[field] for field in fields}, status=202
    )
    for name, fields in FIELDS.items()
)
GUESTS: Final = (
    Case("GET", "/api/v1/share/{token}", f"/api/v1/share/{TOKEN}"),
    Case("GET", "/api/v1/receipts/keys", "/api/v1/receipts/keys"),
)
ROUTES: Final = (*ALL, *SIGNING_UP, *GUESTS)
"""All but the sign-in's two, which have a state of their own (test_gateway_signing_in.py), and the provider's."""
BY_QUOTA: Final = {"/api/v1/usage", "/api/v1/usage/ledger"}
LEAVING: Final = "DELETE /api/v1/auth/me"
WITHOUT_A_TABLE: Final = {"/api/v1/models", "/api/v1/estimates", "/api/v1/receipts/keys"}
EXPORTED: Final = ("/exports", "/exports/{export_id}", "/exports/{export_id}/file")


def is_of_jobs(case: Case) -> bool:
    return case in (*CASES, *GUESTS) and case.path not in BY_QUOTA


def makes_media(case: Case) -> bool:
    return case.path.endswith((*EXPORTED, "/complete"))


NEEDS: Final[dict[Dependency, Callable[[Case], bool]]] = {
    Dependency.IDENTITY_TABLE: lambda case: case in ALL or case.path.endswith("/reset-password"),
    Dependency.COGNITO: lambda case: case not in GUESTS,
    Dependency.JOBS: lambda case: is_of_jobs(case) or str(case) == LEAVING,
    Dependency.JOBS_TABLE: lambda case: (is_of_jobs(case) and case.path not in WITHOUT_A_TABLE) or str(case) == LEAVING,
    Dependency.QUOTA: lambda case: case.is_paid or case.path in BY_QUOTA,
    Dependency.USAGE_TABLE: lambda case: case.is_paid or case.path in BY_QUOTA,
    Dependency.S3: lambda case: str(case) == "DELETE /api/v1/uploads/{upload_id}",
    Dependency.STEP_FUNCTIONS: lambda _case: False,
    Dependency.COMPOSER: makes_media,
}
"""Which routes cannot do without it. What starts a job can do without the state machine: the reaper starts it later."""


def prepare(world: World) -> None:
    """Somebody who has forgotten their password, and a picture that only the composer can complete."""
    furnish(world.api)
    world.api.identity.accounts.mails.append(STRANGER["email"])
    uploads = world.api.jobs.assets.uploads
    undone = tuple(replace(upload, picture=None) for upload in uploads[USER].uploads)
    uploads[USER] = replace(uploads[USER], uploads=undone)
