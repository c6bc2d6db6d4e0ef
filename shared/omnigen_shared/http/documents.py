"""One OpenAPI document of what is public, made of the services' own."""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from fastapi import Path

from omnigen_shared.errors import (
    InvalidJsonError,
    InvalidRequestError,
    PayloadTooLargeError,
    ProblemError,
    UnsupportedMediaTypeError,
)
from omnigen_shared.http.links import Document, add_links

PUBLIC: Final = "/api/"
PROBLEM: Final = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. `code` is stable, texts are for people; docs/errors.md lists all codes.",
    "required": ["type", "title", "status", "detail", "code", "remedy", "details", "request_id", "timestamp"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what was wrong"},
        "code": {"type": "string"},
        "remedy": {"type": "string", "description": "what to do about it"},
        "details": {"type": "object", "description": "`fields` of invalid_request: field, message, limits"},
        "request_id": {"type": "string"},
        "timestamp": {"type": "string", "format": "date-time"},
    },
}
BODY_PROBLEMS: Final = (InvalidJsonError, PayloadTooLargeError, UnsupportedMediaTypeError)
_SCHEMAS: Final = "#/components/schemas/"
_REFERENCE: Final = {"$ref": f"{_SCHEMAS}Problem"}
_FASTAPIS_OWN: Final = ("HTTPValidationError", "ValidationError")


def problems(*kinds: type[ProblemError]) -> dict[int | str, Document]:
    """What a route may refuse with, for its `responses`."""
    found: dict[int | str, Document] = {}
    for kind in kinds:
        told = found.setdefault(kind.status, {"description": "", "content": {"application/problem+json": {}}})
        told["description"] = ", ".join(filter(None, (told["description"], f"`{kind.code}`")))
        content = told["content"]["application/problem+json"]
        content["schema"] = dict(_REFERENCE)
        content.setdefault("examples", {})[kind.code] = {"summary": kind.title, "value": _example(kind)}
    return found


def id_path(pattern: str) -> Any:
    """A path's parameter that the document tells the form of.

    It is not refused for its form: whatever nothing is called, nothing is there.
    """
    return Path(json_schema_extra={"pattern": f"^{pattern}$"})


def merge_documents(
    head: Mapping[str, Any], documents: Iterable[tuple[Mapping[str, Any], Sequence[type[ProblemError]]]]
) -> Document:
    """`head` has openapi, info and security schemes; each document comes with what all its routes may refuse with."""
    merged: Document = {**copy.deepcopy(dict(head)), "paths": {}}
    schemas = merged.setdefault("components", {}).setdefault("schemas", {})
    for document, everywhere in copy.deepcopy(list(documents)):
        schemas |= document.get("components", {}).get("schemas", {})
        for path, methods in document["paths"].items():
            if path.startswith(PUBLIC):
                known = merged["paths"].setdefault(path, {})
                known |= {name: _finish(operation, everywhere) for name, operation in methods.items()}
    merged["paths"] = {path: dict(sorted(methods.items())) for path, methods in sorted(merged["paths"].items())}
    merged["components"]["examples"] = dict(sorted(_lift_examples(merged["paths"])))
    schemas["Problem"] = copy.deepcopy(PROBLEM)
    merged["components"]["schemas"] = {name: schemas[name] for name in sorted(_list_needed(merged))}
    add_links(merged)
    return merged


def _finish(operation: Document, everywhere: Sequence[type[ProblemError]]) -> Document:
    """The operation with every problem that it may be answered with, under one schema."""
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    for status, told in problems(*everywhere, *_list_misreadings(operation)).items():
        present = responses.setdefault(str(status), told)
        if present is not told:
            _add(present, told)
    operation["responses"] = dict(sorted(responses.items()))
    operation["operationId"] = operation["operationId"].partition("_api_")[0]
    return operation


def _add(present: Document, told: Document) -> None:
    examples = present["content"]["application/problem+json"].setdefault("examples", {})
    missing = {
        code: example
        for code, example in told["content"]["application/problem+json"]["examples"].items()
        if code not in examples
    }
    examples |= missing
    present["description"] = ", ".join([present["description"], *(f"`{code}`" for code in missing)])


def _list_misreadings(operation: Document) -> Sequence[type[ProblemError]]:
    """How a body and parameters may be refused."""
    if "requestBody" in operation:
        return (*BODY_PROBLEMS, InvalidRequestError)
    return (InvalidRequestError,) if operation.get("parameters") else ()


def _lift_examples(paths: Document) -> Iterator[tuple[str, Document]]:
    """Every problem's example once; where it stood there is a reference."""
    contents = (
        told.get("content", {}).get("application/problem+json", {})
        for methods in paths.values()
        for operation in methods.values()
        for told in operation["responses"].values()
    )
    for content in filter(None, contents):
        examples = content["examples"]
        yield from list(examples.items())
        content["examples"] = {code: {"$ref": f"#/components/examples/{code}"} for code in sorted(examples)}


def _list_needed(document: Document) -> set[str]:
    """The schemas that the paths refer to, and those that these refer to."""
    schemas, needed = document["components"]["schemas"], {"Problem"}
    waiting = set(_references(document["paths"]))
    while waiting:
        name = waiting.pop()
        needed.add(name)
        waiting |= set(_references(schemas[name])) - needed
    return needed - set(_FASTAPIS_OWN)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if str(value.get("$ref", "")).startswith(_SCHEMAS):
            yield value["$ref"].removeprefix(_SCHEMAS)
        for entry in value.values():
            yield from _references(entry)
    if isinstance(value, list):
        for entry in value:
            yield from _references(entry)


def _example(kind: type[ProblemError]) -> Document:
    return {
        "type": f"https://omnigen.dev/errors#{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": f"{kind.title}.",
        "code": kind.code,
        "remedy": kind.advice,
        "details": {},
        "request_id": "req_0123456789abcdef01234567",
        "timestamp": "2026-11-24T18:08:23.000000Z",
    }
