"""/api/v1/jobs/{id}/receipt: what a job has cost, signed; /api/v1/receipts/keys: by whom."""

from typing import Any, Final

import orjson
from fastapi import APIRouter

from omnigen_jobs.domain.receipts import to_payload
from omnigen_jobs.routes.needs import JobPath, User, Uses
from omnigen_jobs.schemas.receipts import Receipt, ReceiptKeys, SignedReceipt
from omnigen_shared.errors import NotFoundError
from omnigen_shared.http.documents import problems
from omnigen_shared.http.health import OPEN

router: Final = APIRouter(prefix="/api/v1", tags=["receipts"])


@router.get("/jobs/{job_id}/receipt", responses=problems(NotFoundError))
async def get_receipt(caller: User, uses: Uses, job_id: JobPath) -> SignedReceipt:
    """What a job has cost, call by call, signed so that it can be shown to others."""
    receipt = Receipt.of(await uses.reading.get(caller.subject, job_id), uses.clock.now())
    told: dict[str, Any] = orjson.loads(receipt.model_dump_json())
    return SignedReceipt(**dict(receipt), signature=uses.sealer.seal(to_payload(told)))


@router.get("/receipts/keys", openapi_extra=OPEN)
async def get_receipt_keys(_caller: User, uses: Uses) -> ReceiptKeys:
    """The public keys of receipts, for whoever wants to check one; nobody has to sign in."""
    return ReceiptKeys(keys=[dict(key) for key in uses.sealer.public_keys])
