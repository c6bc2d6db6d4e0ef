"""Input in the form in which two requests are the same request: no signatures of links, no markers, sorted."""

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson

from omnigen_local.simulator.faults import strip_markers


def strip_queries(value: Any) -> Any:
    """The value with the query strings of HTTP URLs in it cut off."""
    if isinstance(value, list):
        return [strip_queries(item) for item in value]
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        scheme, place, path, _, _ = urlsplit(value)
        return urlunsplit((scheme, place, path, "", ""))
    return value


def fingerprint(model: str, values: Mapping[str, Any]) -> str:
    """Names model and input as they were sent, markers included: what attempts are counted by."""
    return _digest([model, {name: strip_queries(value) for name, value in values.items()}])


def rendering_key(recipe: str, model: str, values: Mapping[str, Any], **more: object) -> str:
    """Names what is to be rendered. Markers do not change it, whatever else was asked for does."""
    plain = {name: strip_markers(value) if isinstance(value, str) else value for name, value in values.items()}
    return _digest([recipe, model, {name: strip_queries(value) for name, value in plain.items()}, more])


def _digest(value: object) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
