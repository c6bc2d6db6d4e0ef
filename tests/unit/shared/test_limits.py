"""Whatever is wrong with a field, its name and all its limits are told; seen through an app of many shapes."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import FastAPI, Header, Query
from pydantic import Field, StrictInt, ValidationError

from omnigen_shared.contracts.base import Contract
from omnigen_shared.http.app import create_service_app
from omnigen_shared.http.validation import MOST_ERRORS
from omnigen_shared.settings import ServiceSettings


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Box(Contract):
    kind: Literal["box"] = "box"
    size: StrictInt = Field(ge=1, lt=10, multiple_of=2)


class Bag(Contract):
    kind: Literal["bag"] = "bag"
    size: Decimal = Field(gt=0)


class Parcel(Contract):
    inside: Annotated[Box | Bag, Field(discriminator="kind")]
    colours: Annotated[tuple[Colour, ...], Field(min_length=1, max_length=3)] = (Colour.RED,)
    boxes: tuple[Box, ...] = ()
    note: StrictInt | Annotated[str, Field(max_length=3, pattern="^[a-z]+$")] | None = None


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
    yield {}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = create_service_app("post", ServiceSettings(identity_public_keys={}), lifespan)

    @app.put("/parcels")
    async def put_parcel(parcel: Parcel) -> Parcel:
        return parcel

    @app.get("/parcels/{number}")
    async def get_parcel(
        number: int,
        colour: Annotated[Colour | None, Query()] = None,
        page_size: Annotated[int, Query(ge=1, le=100)] = 1,
        x_depot: Annotated[str, Header(max_length=2)] = "",
    ) -> None: ...

    @app.get("/secret", include_in_schema=False)
    async def get_secret(size: int) -> None: ...

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://post") as opened:
        yield opened


def fields_of(answer: httpx.Response) -> dict[str, dict[str, Any]]:
    assert answer.status_code == 422
    fields = answer.json()["details"]["fields"]
    assert len({field["field"] for field in fields}) == len(fields)
    return {field["field"]: field for field in fields}


BOX = {"kind": "box", "size": 4}
SIZE = {"type": "integer", "ge": 1, "lt": 10, "multiple_of": 2}


@pytest.mark.parametrize(
    ("body", "field", "limits"),
    [
        ({"inside": {"kind": "box", "size": 3}}, "inside.size", SIZE),
        ({"inside": {"kind": "box", "size": "4"}}, "inside.size", SIZE),
        ({"inside": {"kind": "box"}}, "inside.size", SIZE),
        ({"inside": BOX, "colours": []}, "colours", {"type": "array", "min_items": 1, "max_items": 3}),
        ({"inside": BOX, "colours": 7}, "colours", {"type": "array", "min_items": 1, "max_items": 3}),
        ({"inside": BOX, "colours": ["green"]}, "colours.0", {"type": "string", "allowed": ["red", "blue"]}),
        ({"inside": BOX, "boxes": [BOX, {"kind": "box", "size": True}]}, "boxes.1.size", SIZE),
        (
            {"inside": BOX, "boxes": [{"kind": "bag", "size": 2}]},
            "boxes.0.kind",
            {"type": "string", "allowed": ["box"]},
        ),
        ({"inside": BOX, "note": True}, "note", {"type": "integer or string", "nullable": True}),
        ({"inside": {**BOX, "siz": 1}}, "inside.siz", {"fields": ["kind", "size"]}),
        ([], "body", {"type": "object", "required": ["inside"]}),
        ("text", "body", {"type": "object", "required": ["inside"]}),
        (None, "body", {"type": "object", "required": ["inside"]}),
    ],
)
async def test_a_body_is_told_its_fields_limits(
    client: httpx.AsyncClient, body: Any, field: str, limits: dict[str, Any]
) -> None:
    answer = await client.put("/parcels", json=body)
    [(name, found)] = fields_of(answer).items()
    assert (name, found["limits"]) == (field, limits)


async def test_no_body_at_all_is_told_what_it_should_be(client: httpx.AsyncClient) -> None:
    assert fields_of(await client.put("/parcels"))["body"]["limits"] == {"type": "object", "required": ["inside"]}


@pytest.mark.parametrize(
    ("path", "headers", "field", "limits"),
    [
        ("/parcels/1?page_size=0", {}, "page_size", {"type": "integer", "ge": 1, "le": 100}),
        ("/parcels/1?page_size=many", {}, "page_size", {"type": "integer", "ge": 1, "le": 100}),
        ("/parcels/1?colour=x", {}, "colour", {"type": "string", "allowed": ["red", "blue"], "nullable": True}),
        ("/parcels/one", {}, "number", {"type": "integer"}),
        ("/parcels/1", {"X-Depot": "abc"}, "x-depot", {"type": "string", "max_length": 2}),
        ("/secret?size=x", {}, "size", {}),
    ],
)
async def test_queries_paths_and_headers_are_too(
    client: httpx.AsyncClient, path: str, headers: dict[str, str], field: str, limits: dict[str, Any]
) -> None:
    [(name, found)] = fields_of(await client.get(path, headers=headers)).items()
    assert (name, found["limits"]) == (field, limits)


async def test_names_are_told_as_printable_text(client: httpx.AsyncClient) -> None:
    answer = await client.put("/parcels", json={"inside": BOX, "\x00\u202e": 1, "x" * 500: 1})
    assert set(fields_of(answer)) == {"\\u0000\\u202e", "x" * 100}


async def test_a_name_that_is_half_a_character_is_refused(client: httpx.AsyncClient) -> None:
    body = b'{"inside": {"kind": "box", "size": 2}, "\\ud800": 1}'
    answer = await client.put("/parcels", content=body, headers={"Content-Type": "application/json"})
    assert set(fields_of(answer)) == {"body"}


async def test_a_hundred_thousand_unknown_fields_are_not_all_told(client: httpx.AsyncClient) -> None:
    answer = await client.put("/parcels", json={f"f{number}": 1 for number in range(50_000)})
    assert len(fields_of(answer)) == MOST_ERRORS
    assert "inside" in fields_of(answer)
    assert answer.json()["detail"].endswith("and 49951 more.")


def test_money_text_and_flags_are_no_whole_numbers() -> None:
    for wrong in ("4", True, 4.0, None):
        with pytest.raises(ValidationError):
            Box.model_validate({"size": wrong})
