"""What a field may be, read from the OpenAPI document that the same route publishes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

Schema = Mapping[str, Any]
Part = str | int
_NAMES: Final = {
    "minimum": "ge",
    "exclusiveMinimum": "gt",
    "maximum": "le",
    "exclusiveMaximum": "lt",
    "multipleOf": "multiple_of",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_items",
    "maxItems": "max_items",
    "pattern": "pattern",
    "enum": "allowed",
    "required": "required",
}
_BODY: Final = "body"


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, as the document describes it."""

    components: Mapping[str, Schema]
    described: Schema

    @classmethod
    def of_route(cls, route: APIRoute, method: str) -> Self:
        """An operation without any field when the route is not documented. Takes some 15 ms."""
        document = get_openapi(title="", version="", routes=[route])
        schemas = document.get("components", {}).get("schemas", {})
        return cls(schemas, document.get("paths", {}).get(route.path_format, {}).get(method.lower(), {}))

    def locate(self, place: str, path: Sequence[Part]) -> tuple[list[str], Schema]:
        """The names on the way to a field, and its schema; labels of a union's branches are no names."""
        names, schema = [], self._root(place)
        if place != _BODY and path:
            names, path, schema = [str(path[0])], path[1:], self._parameter(place, str(path[0]))
        for part in path:
            branch = self._labelled(schema, part)
            below = self._below(schema, part) if branch is None else branch
            if below is None:
                continue
            schema = below
            if branch is None:
                names.append(str(part))
        return names, schema

    def describe(self, schema: Schema) -> dict[str, Any]:
        """The limits in our own words: type, bounds, lengths, allowed values; {} when nothing is known."""
        schema = self._resolve(schema)
        branches = [self._resolve(branch) for branch in _branches_of(schema)]
        kinds = [branch for branch in branches if branch.get("type") != "null"]
        if kinds:
            described = self.describe(kinds[0]) if len(kinds) == 1 else {"type": _join(kind["type"] for kind in kinds)}
            return described if len(kinds) == len(branches) else {**described, "nullable": True}
        own = schema.get("x-limits", {})
        if "type" in own:
            return dict(own)
        limits: dict[str, Any] = {"type": schema["type"]} if "type" in schema else {}
        limits |= {ours: schema[theirs] for theirs, ours in _NAMES.items() if theirs in schema}
        if "characters" in own:
            limits.pop("pattern", None)  # the same for machines
        if "const" in schema:
            limits["allowed"] = [schema["const"]]
        return {**limits, **own}

    def list_names(self, schema: Schema) -> list[str]:
        """The names of an object's fields."""
        schema = self._resolve(schema)
        return sorted({*schema.get("properties", {}), *(n for b in _branches_of(schema) for n in self.list_names(b))})

    def _root(self, place: str) -> Schema:
        if place != _BODY:
            return {}
        content: Schema = self.described.get("requestBody", {}).get("content", {})
        return next((kind["schema"] for kind in content.values()), {})

    def _parameter(self, place: str, name: str) -> Schema:
        for parameter in self.described.get("parameters", ()):
            if (parameter["in"], parameter["name"].lower()) == (place, name.lower()):
                found: Schema = parameter["schema"]
                return found
        return {}

    def _labelled(self, schema: Schema, part: Part) -> Schema | None:
        """The branch that a discriminator calls by this value."""
        reference = self._resolve(schema).get("discriminator", {}).get("mapping", {}).get(part)
        return None if reference is None else {"$ref": reference}

    def _below(self, schema: Schema, part: Part) -> Schema | None:
        schema = self._resolve(schema)
        found = schema.get("items") if isinstance(part, int) else schema.get("properties", {}).get(part)
        if found is None:
            found = next(filter(None, (self._below(branch, part) for branch in _branches_of(schema))), None)
        return found

    def _resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.components[schema["$ref"].rpartition("/")[2]]
        return schema


def _branches_of(schema: Schema) -> Sequence[Schema]:
    return [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]


def _join(kinds: Any) -> str:
    return " or ".join(sorted({*kinds}))
