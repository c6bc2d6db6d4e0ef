"""The studio's files, where no CloudFront stands in front: whatever address a page of it has, it is index.html."""

import mimetypes
import os
from pathlib import PurePosixPath
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

INDEX: Final = "index.html"
ASSETS: Final = "assets"
"""The folder of files whose names change with what is in them."""
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_NOT_FOUND: Final = 404
mimetypes.add_type("font/woff2", ".woff2")  # not every system's table has it, and fonts are compressed already
_OURS: Final = frozenset({"api", "internal"})


class Studio(StaticFiles):
    """Files below a folder; `policy` is the Content-Security-Policy of its pages."""

    def __init__(self, folder: str | os.PathLike[str], policy: str) -> None:
        super().__init__(directory=folder)
        self._policy = policy

    async def get_response(self, path: str, scope: Scope) -> Response:
        parts = PurePosixPath(path).parts
        if parts and parts[0].lower() in _OURS:
            raise HTTPException(_NOT_FOUND)
        try:
            answer = await super().get_response(INDEX if not parts else path, scope)
        except HTTPException as error:
            if error.status_code != _NOT_FOUND or PurePosixPath(path).suffix:
                raise
            answer = await super().get_response(INDEX, scope)
        answer.headers["Cache-Control"] = _FOR_EVER if parts[:1] == (ASSETS,) else "no-cache"
        answer.headers["Content-Security-Policy"] = self._policy
        return answer
