"""The conditions of every write, by name. `status`, `attempt` and `version` are reached through aliases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from omnigen_jobs.domain.records import Job
from omnigen_jobs.domain.stages import STAGES
from omnigen_shared.aws.items import to_item

_OPEN: Final = {f":{status.value}": status.value for status in STAGES}


@dataclass(frozen=True, slots=True)
class Condition:
    """An expression with its names and (typed) values."""

    expression: str
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    def to_request(self) -> dict[str, Any]:
        """The members of a write request that carry it."""
        request: dict[str, Any] = {"ConditionExpression": self.expression}
        if self.names:
            request["ExpressionAttributeNames"] = dict(self.names)
        if self.values:
            request["ExpressionAttributeValues"] = to_item(self.values)
        return request


IS_NEW: Final = Condition("attribute_not_exists(pk)")


def is_unchanged(version: int) -> Condition:
    """The item is the one that was read: nobody has written it since. Version 0 was not there at all."""
    if version == 0:
        return IS_NEW
    return Condition("#version = :version", {"#version": "version"}, {":version": version})


def is_live_attempt(job: Job) -> Condition:
    """META: the job's attempt is still the present one, and the job has not ended; or it settles an ended job."""
    return Condition(
        f"#attempt = :attempt AND (#status IN ({', '.join(_OPEN)}) OR #settling = :attempt)",
        {"#attempt": "attempt", "#status": "status", "#settling": "settling"},
        {":attempt": job.attempt, **_OPEN},
    )
