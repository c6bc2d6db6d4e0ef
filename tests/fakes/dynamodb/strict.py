"""A client of the emulator that is refused what the real service would refuse."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.dynamodb.requests import Schema, check_request


@dataclass
class Strictness:
    """Checks every request of a client before it is sent, and keeps a record of all."""

    schema: Schema
    seen: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def watch(self, client: Any) -> None:
        """From now on a request that the real service would refuse fails the test that makes it."""
        client.meta.events.register("provide-client-params.dynamodb", self._check)

    def _check(self, params: dict[str, Any], model: Any, **_rest: Any) -> None:
        self.seen.append((model.name, params))
        check_request(model.name, params, self.schema)
