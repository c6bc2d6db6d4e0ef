"""/api/v1/openapi.json, and /api/v1/docs, a page that shows it: all of it from this host."""

from importlib.resources import files
from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response

from omnigen_shared.errors import NotFoundError

OWN: Final = files("omnigen_gateway") / "pages"
SWAGGER: Final = files("fastapi_offline") / "static"
"""Swagger UI as a package brings it."""
ASSETS: Final = {
    "start.js": (OWN, "text/javascript"),
    "swagger-ui-bundle.js": (SWAGGER, "text/javascript"),
    "swagger-ui.css": (SWAGGER, "text/css"),
}
_CACHED: Final = {"Cache-Control": "public, max-age=3600"}
_PAGE: Final = {
    **_CACHED,
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}

documents_router: Final = APIRouter(include_in_schema=False)


@documents_router.get("/openapi.json")
def get_openapi() -> Response:
    return Response((OWN / "openapi.json").read_bytes(), headers=_CACHED, media_type="application/json")


@documents_router.get("/docs")
def get_docs() -> Response:
    return Response((OWN / "index.html").read_bytes(), headers=_PAGE, media_type="text/html")


@documents_router.get("/docs/{name}")
def get_asset(name: str) -> Response:
    if name not in ASSETS:
        raise NotFoundError("There is no such file.")
    folder, media_type = ASSETS[name]
    return Response((folder / name).read_bytes(), headers=_CACHED, media_type=media_type)
