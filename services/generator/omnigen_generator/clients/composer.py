"""The composer over internal HTTP: the S3 key in the path is the work's identity and its status."""

from typing import Final
from urllib.parse import quote

from omnigen_generator.clients.problems import COMPOSER_ERRORS, translated
from omnigen_generator.domain.attempts import AttemptRef
from omnigen_generator.domain.errors import CompositionError
from omnigen_generator.ports import Composer, Composing
from omnigen_shared.client import InternalClient, Reply
from omnigen_shared.contracts.composer import (
    Pending,
    Recipe,
    RenderRequest,
    RenderResult,
    SegmentRequest,
    SegmentResult,
)

ACCEPTED: Final = 202
SEGMENT_HOLD_S: Final = 1
RENDER_HOLD_S: Final = 3
"""How long the composer may keep a call open for a result. Segments are many, and each call holds a worker."""
CALL_TIMEOUT_S: Final = 15
DEFAULT_RETRY_S: Final = 1


class HttpComposer(Composer):
    """Calls the composer on behalf of the job's user, under whose prefix all keys lie."""

    def __init__(self, client: InternalClient) -> None:
        self._client = client

    async def get_recipe(self, ref: AttemptRef) -> str:
        reply = await self._call(ref, "GET", "/v1/recipe", 0)
        return Recipe.model_validate(reply.body).recipe_id

    async def put_segment(
        self, ref: AttemptRef, key: str, request: SegmentRequest, *, is_held: bool = True
    ) -> SegmentResult | Composing:
        hold_s = SEGMENT_HOLD_S if is_held else 0
        reply = await self._call(ref, "PUT", f"/v1/segments/{quote(key)}", hold_s, request)
        return _composing(reply) if reply.status == ACCEPTED else SegmentResult.model_validate(reply.body)

    async def put_render(
        self, ref: AttemptRef, key: str, request: RenderRequest, *, is_held: bool = True
    ) -> RenderResult | Composing:
        reply = await self._call(ref, "PUT", f"/v1/renders/{quote(key)}", RENDER_HOLD_S if is_held else 0, request)
        return _composing(reply) if reply.status == ACCEPTED else RenderResult.model_validate(reply.body)

    async def cancel(self, ref: AttemptRef, key: str) -> None:
        kind = "renders" if key.startswith(f"u/{ref.user_id}/renders/") else "segments"
        await self._call(ref, "DELETE", f"/v1/{kind}/{quote(key)}", 0)

    async def _call(
        self,
        ref: AttemptRef,
        method: str,
        path: str,
        hold_s: int,
        request: SegmentRequest | RenderRequest | None = None,
    ) -> Reply:
        body = None if request is None else request.model_dump(mode="json")
        headers = {"Prefer": f"wait={hold_s}"}
        with translated(COMPOSER_ERRORS, CompositionError):
            return await self._client.call(method, path, subject=ref.user_id, plan=ref.plan, body=body, headers=headers)


def _composing(reply: Reply) -> Composing:
    hint_s = DEFAULT_RETRY_S if reply.retry_after_s is None else reply.retry_after_s
    return Composing(Pending.model_validate(reply.body), hint_s)
