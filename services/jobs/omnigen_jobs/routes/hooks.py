"""/api/v1/webhooks: where a user's programs hear of what happens."""

import re
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query

from omnigen_jobs.domain.hooks import HookId
from omnigen_jobs.domain.messages import MessageId
from omnigen_jobs.domain.problems import TooManyWebhooksError, WebhookDisabledError, nothing_there
from omnigen_jobs.routes.needs import User, Uses
from omnigen_jobs.schemas.hooks import (
    DeliveryList,
    DeliveryView,
    HookList,
    HookOrder,
    HookView,
    HookWithSecret,
    RotateOrder,
)
from omnigen_shared.errors import NotFoundError
from omnigen_shared.http.documents import id_path, problems

router: Final = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])
_HOOK_ID: Final = re.compile(r"whk_[0-9a-f]{32}")
_MESSAGE_ID: Final = re.compile(r"msg_[0-9a-f]{32}")
NOT_FOUND: Final = problems(NotFoundError)


async def known_hook(webhook_id: Annotated[str, id_path(_HOOK_ID.pattern)]) -> HookId:
    """NotFoundError for text that no webhook is ever called."""
    if _HOOK_ID.fullmatch(webhook_id) is None:
        raise nothing_there()
    return HookId(webhook_id)


async def known_message(delivery_id: Annotated[str, id_path(_MESSAGE_ID.pattern)]) -> MessageId:
    """NotFoundError for text that no delivery is ever called."""
    if _MESSAGE_ID.fullmatch(delivery_id) is None:
        raise nothing_there()
    return MessageId(delivery_id)


HookPath = Annotated[HookId, Depends(known_hook)]
MessagePath = Annotated[MessageId, Depends(known_message)]
Cursor = Annotated[str | None, Query(max_length=100, pattern=f"^{_MESSAGE_ID.pattern}$")]


@router.post("", status_code=201, responses=problems(TooManyWebhooksError))
async def post_webhook(caller: User, uses: Uses, body: HookOrder) -> HookWithSecret:
    """Be told of what happens to your jobs. The secret is shown this once; each message is signed by it."""
    return HookWithSecret.of(await uses.hooking.register(caller.subject, body.url, body.events, body.description))


@router.get("")
async def list_webhooks(caller: User, uses: Uses) -> HookList:
    """Your webhooks, and how they are."""
    return HookList(webhooks=[HookView.of(hook) for hook in await uses.hooking.list_all(caller.subject)])


@router.get("/{webhook_id}", responses=NOT_FOUND)
async def get_webhook(caller: User, uses: Uses, webhook_id: HookPath) -> HookView:
    """One of your webhooks."""
    return HookView.of(await uses.hooking.get(caller.subject, webhook_id))


@router.delete("/{webhook_id}", status_code=204, responses=NOT_FOUND)
async def delete_webhook(caller: User, uses: Uses, webhook_id: HookPath) -> None:
    """Nothing more is sent to it."""
    await uses.hooking.delete(caller.subject, webhook_id)


@router.post("/{webhook_id}/test", responses=NOT_FOUND)
async def post_test(caller: User, uses: Uses, webhook_id: HookPath) -> DeliveryView:
    """Send a `webhook.test` now, once, and tell what came of it; also to a webhook that is disabled."""
    return DeliveryView.of(await uses.hooking.test(caller.subject, webhook_id))


@router.post("/{webhook_id}/rotate", responses=NOT_FOUND)
async def post_rotate(
    caller: User, uses: Uses, webhook_id: HookPath, body: RotateOrder | None = None
) -> HookWithSecret:
    """A new secret. For a while messages are signed by both, so that none is lost while you change it."""
    overlap = timedelta(hours=(body or RotateOrder()).overlap_h)
    return HookWithSecret.of(await uses.hooking.rotate(caller.subject, webhook_id, overlap))


@router.post("/{webhook_id}/enable", responses=NOT_FOUND)
async def post_enable(caller: User, uses: Uses, webhook_id: HookPath) -> HookView:
    """Send to it again what happens from now on."""
    return HookView.of(await uses.hooking.enable(caller.subject, webhook_id))


@router.get("/{webhook_id}/deliveries", responses=NOT_FOUND)
async def list_deliveries(
    caller: User,
    uses: Uses,
    webhook_id: HookPath,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> DeliveryList:
    """What was sent to it in the last 30 days, the newest first, with every attempt and its answer."""
    before = None if cursor is None else MessageId(cursor)
    found = await uses.hooking.list_messages(caller.subject, webhook_id, before, limit)
    following = found[-1].message_id if len(found) == limit else None
    return DeliveryList(deliveries=[DeliveryView.of(message) for message in found], next_cursor=following)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/resend",
    status_code=202,
    responses=problems(NotFoundError, WebhookDisabledError),
)
async def post_resend(caller: User, uses: Uses, webhook_id: HookPath, delivery_id: MessagePath) -> DeliveryView:
    """Send it once more, from the beginning, whatever came of it."""
    return DeliveryView.of(await uses.hooking.resend(caller.subject, webhook_id, delivery_id))
