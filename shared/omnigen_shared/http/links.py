"""What can be asked next, told by an API's document: answers that name a new thing lead to all that has its name."""

import re
from collections.abc import Iterator
from typing import Any, Final

Document = dict[str, Any]
_NAME: Final = re.compile(r"{(\w+)}")


def add_links(document: Document) -> None:
    """Give each answer to POST that brings an id OpenAPI's links to the operations with this id in their path."""
    for path, methods in document["paths"].items():
        for told in methods.get("post", {}).get("responses", {}).values():
            if links := dict(_list_links(document, path, _list_properties(document, told))):
                told["links"] = links


def _list_properties(document: Document, told: Document) -> set[str]:
    """Of the JSON object that is answered; none for anything else."""
    schema = told.get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    return set(document["components"]["schemas"].get(name, {}).get("properties", ()))


def _list_links(document: Document, path: str, told: set[str]) -> Iterator[tuple[str, Document]]:
    asked = set(_NAME.findall(path))
    for other, methods in document["paths"].items():
        names = set(_NAME.findall(other))
        if names <= told | asked and names & told - asked:
            parameters = {name: _place_of(name, asked) for name in sorted(names)}
            for operation in methods.values():
                name = operation["operationId"]
                yield name, {"operationId": name, "parameters": parameters}


def _place_of(name: str, asked: set[str]) -> str:
    return f"$request.path.{name}" if name in asked else f"$response.body#/{name}"
