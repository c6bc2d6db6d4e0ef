"""/api/v1/models: the catalogue, with prices and limits."""

from typing import Final

from fastapi import APIRouter

from omnigen_jobs.routes.needs import User
from omnigen_jobs.schemas.catalogue import CatalogueView

router: Final = APIRouter(prefix="/api/v1/models", tags=["models"])


@router.get("")
async def get_models(_caller: User) -> CatalogueView:
    """The catalogue, with prices and limits."""
    return CatalogueView.present()
