"""The API's document: fresh, whole, true to what is answered; and the page that shows it."""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter
from tests.contract.test_every_route import ALL, CALLBACK, CASES, WRONG_VALUES, furnish
from tests.fakes.api_document import PATH, build_document, write_document
from tests.fakes.gateway import open_gateway
from tests.fakes.own_routes import OPEN, Case
from tests.fakes.public_api import open_public_api

from omnigen_gateway.domain.routing import find_route
from omnigen_jobs.schemas.orders import JobOrder, StoryboardOrder

GATEWAYS_OWN = {("GET", "/api/v1/health"), ("GET", "/api/v1/ready")}


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return found


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        yield from ((method.upper(), path, operation) for method, operation in methods.items())


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (entry for name, entry in value.items() if name == "$ref")
        for entry in value.values():
            yield from references(entry)
    if isinstance(value, list):
        for entry in value:
            yield from references(entry)


def validator_of(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": document()["components"]})


def test_the_document_is_fresh() -> None:
    text = write_document(build_document())
    if "OMNIGEN_WRITE_OPENAPI" in os.environ:
        PATH.write_text(text, encoding="utf-8")
    assert PATH.read_text(encoding="utf-8") == text, "make openapi writes it anew"


def test_it_has_every_public_operation_and_no_other() -> None:
    known = {(case.method, case.path) for case in (*ALL, CALLBACK)} | OPEN | GATEWAYS_OWN
    assert {(method, path) for method, path, _ in operations()} == known
    for method, path, _ in operations():
        if (method, path) not in GATEWAYS_OWN:
            route = find_route(re.sub(r"\{\w+\}", "1", path).encode())
            assert route is not None
            assert method in route.methods


def test_it_is_whole() -> None:
    for reference in references(document()):
        _, _, kind, name = reference.split("/")
        assert name in document()["components"][kind]
    assert "HTTPValidationError" not in PATH.read_text(encoding="utf-8")
    assert "internal" not in json.dumps(document()["paths"]).lower().replace("internal_error", "")
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)
    for _, _, operation in operations():
        assert operation["description"]
        for parameter in operation.get("parameters", ()):
            assert parameter["in"] != "path" or {"pattern", "maximum"} & set(parameter["schema"]), "the form of an id"
        for status, told in operation["responses"].items():
            if status >= "400" and "Readiness" not in str(told):
                problem = told["content"]["application/problem+json"]
                assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}
                assert set(problem["examples"]) == set(re.findall(r"`(\w+)`", told["description"]))


def test_answers_lead_to_what_can_be_asked_next() -> None:
    known = {operation["operationId"]: path for _, path, operation in operations()}
    links = {
        (operation["operationId"], name): link
        for _, _, operation in operations()
        for told in operation["responses"].values()
        for name, link in told.get("links", {}).items()
    }
    for (_, name), link in links.items():
        assert set(link["parameters"]) == set(re.findall(r"{(\w+)}", known[name]))
    assert links["post_job", "post_cancel"]["parameters"] == {"job_id": "$response.body#/job_id"}
    assert links["post_export", "get_export_file"]["parameters"] == {
        "export_id": "$response.body#/export_id",
        "job_id": "$request.path.job_id",
    }
    assert ("post_cancel", "get_job") not in links


def test_its_schemas_and_examples_are_valid() -> None:
    for schema in document()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    problem = validator_of({"$ref": "#/components/schemas/Problem"})
    for code, example in document()["components"]["examples"].items():
        problem.validate(example["value"])
        assert example["value"]["code"] == code
    for kind in (JobOrder, StoryboardOrder):
        for example in document()["components"]["schemas"][kind.__name__]["examples"]:
            TypeAdapter(kind).validate_python(example)


@pytest.mark.parametrize("case", [case for case in ALL if case.body is not None], ids=str)
def test_it_knows_a_wrong_body_when_it_sees_one(case: Case) -> None:
    operation = document()["paths"][case.path][case.method.lower()]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    validator = validator_of(schema)
    validator.validate(case.body)
    assert not validator.is_valid({**case.body, "surprise": 1})
    name = next(ref for ref in references(schema)).rpartition("/")[2]
    for field in document()["components"]["schemas"][name]["properties"]:
        for wrong in WRONG_VALUES:
            if (field, wrong) != ("prompt", "x" * 900):
                assert not validator.is_valid({**case.body, field: wrong}), (field, wrong)


@pytest.mark.parametrize("case", ALL, ids=str)
async def test_answers_are_as_it_says(case: Case) -> None:
    responses = document()["paths"][case.path][case.method.lower()]["responses"]
    async with open_public_api() as api:
        furnish(api)
        answer = await api.ask(case.method, case.target, case.body)
        told = responses[str(answer.status)]
        if "application/json" in told.get("content", {}):
            validator_of(told["content"]["application/json"]["schema"]).validate(answer.json)
        elif answer.status == 204:
            assert b"".join(answer.parts) == b""
        else:
            assert answer.header("location") or (answer.header("content-type") or "").split(";")[0] in told["content"]
        for refused in (
            await api.ask(case.method, case.target, case.body, headers={}),
            await api.ask(case.method, case.nobodys or case.target, case.body),
            await api.ask(case.method, case.target, case.body),
            await api.ask(case.method, case.target, [] if case.body else None),
        ):
            told = responses[str(refused.status)]
            if refused.status >= 400:
                problem = told["content"]["application/problem+json"]
                assert refused.json["code"] in problem["examples"], (refused.status, refused.json["code"])
                validator_of(problem["schema"]).validate(refused.json)


@pytest.mark.parametrize("case", [case for case in CASES if case.is_paid], ids=str)
async def test_refusals_of_what_costs_are_as_it_says(case: Case) -> None:
    responses = document()["paths"][case.path][case.method.lower()]["responses"]
    async with open_public_api() as api:
        furnish(api)
        for trouble in ({"places": 0}, {"plan_limit": True}, {"is_down": True}):
            for name, value in trouble.items():
                setattr(api.jobs.quota, name, value)
            refused = await api.ask(case.method, case.target, case.body)
            told = responses[str(refused.status)]["content"]["application/problem+json"]["examples"]
            assert refused.json["code"] in told


async def test_the_page_shows_it_with_nothing_from_elsewhere() -> None:
    async with open_gateway() as bench:
        page = await bench.ask("GET", "/api/v1/docs", {})
        text = b"".join(page.parts).decode()
        assert (page.status, page.header("content-type")) == (200, "text/html; charset=utf-8")
        policy = page.header("content-security-policy") or ""
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert page.header("x-content-type-options") == "nosniff"
        assert "http" not in text.replace("<html", "")
        assert not re.search(r"<script>|<style|\son\w+=", text)
        for name in re.findall(r'(?:src|href)="([^"]+)"', text):
            asset = await bench.ask("GET", f"/api/v1/{name}", {})
            assert (asset.status, len(b"".join(asset.parts)) > 50) == (200, True)
            assert asset.header("content-security-policy") == "default-src 'none'; frame-ancestors 'none'"
        told = await bench.ask("GET", "/api/v1/openapi.json", {})
        assert told.json == document()
        for path, status in (("index.html", 404), ("openapi.json", 404), ("..%2Fopenapi.json", 400)):
            assert (await bench.ask("GET", f"/api/v1/docs/{path}", {})).status == status
