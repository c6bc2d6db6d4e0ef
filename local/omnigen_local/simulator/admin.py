"""The simulator's own calls, which the provider does not have: health, bill and faults."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from omnigen_local.simulator.creating import BadRequestError
from omnigen_local.simulator.faults import Rule
from omnigen_local.simulator.routes import State, read_json

router = APIRouter()


@router.get("/health")
@router.get("/ready")
async def get_health() -> dict[str, str]:
    """Whoever gets an answer finds the database open and the unfinished predictions taken up."""
    return {"status": "ok"}


@router.get("/_simulator/bill")
async def get_bill(simulator: State) -> dict[str, Any]:
    rows = simulator.store.bill()
    return {"total_microusd": sum(row["amount_microusd"] for row in rows), "rows": rows}


@router.get("/_simulator/faults")
async def get_faults(simulator: State) -> dict[str, Any]:
    return {"rules": simulator.rulebook.describe()}


@router.post("/_simulator/faults")
async def add_faults(simulator: State, body: Annotated[Any, Depends(read_json)]) -> dict[str, Any]:
    simulator.rulebook.add(read_rules(body if isinstance(body, list) else [body]))
    return await get_faults(simulator)


@router.delete("/_simulator/faults")
async def clear_faults(simulator: State) -> dict[str, Any]:
    simulator.rulebook.clear()
    return await get_faults(simulator)


def read_rules(given: list[Any]) -> list[Rule]:
    """Rules from JSON; BadRequestError or UnknownFaultError for what is none."""
    return [_read_rule(item) for item in given]


def _read_rule(item: Any) -> Rule:
    if not isinstance(item, Mapping):
        raise BadRequestError("- a rule is an object, or a list of them")
    try:
        return Rule.parse(item)
    except TypeError as error:
        raise BadRequestError(f"- a rule has other fields: {error}") from error
