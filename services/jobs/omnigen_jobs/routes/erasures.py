"""/internal/v1/erasure: the user in whose name the gateway calls is to be erased."""

from typing import Final

from fastapi import APIRouter

from omnigen_jobs.routes.needs import User, Uses

router: Final = APIRouter(prefix="/internal/v1", tags=["internal"])


@router.put("/erasure", status_code=202)
async def put_erasure(caller: User, uses: Uses) -> None:
    """It is seen to from now on; asking again changes nothing."""
    await uses.erasing.ask(caller.subject)
