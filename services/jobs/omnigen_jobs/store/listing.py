"""A user's jobs over the index `by_user`: what is wanted of them, in pages, by a bounded number of reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from omnigen_jobs.domain.cursors import JobFilter, PageMark
from omnigen_jobs.domain.records import Job
from omnigen_jobs.ports import Page
from omnigen_jobs.store import keys
from omnigen_jobs.store.access import TableAccess
from omnigen_jobs.store.items import StoredJob
from omnigen_shared.aws.items import from_item, to_item
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.base import JobId, UserId

READS: Final = 3
LOOKED_AT: Final = 50
"""By each read, when only some are wanted."""


@dataclass(frozen=True, slots=True)
class JobListing:
    """One user's. Times are in the index's key; status and category are looked at in what is read."""

    access: TableAccess
    user_id: UserId
    wanted: JobFilter

    async def read(self, before: PageMark | None, limit: int) -> Page:
        """As JobStore.list_jobs has it."""
        request, jobs, place = self._request(), list[Job](), before
        is_whole = "FilterExpression" not in request
        for _ in range(1 if is_whole else READS):
            start = {} if place is None else {"ExclusiveStartKey": self._key_of(place)}
            found, last = await self.access.query_page({**request, **start, "Limit": limit if is_whole else LOOKED_AT})
            jobs += [StoredJob.of(item).to_domain() for item in found]
            place = None if last is None else _mark_of_key(last)
            if place is None or len(jobs) >= limit:
                break
        page = tuple(jobs[:limit])
        return Page(page, _mark_of(page[-1]) if len(jobs) > limit else place)

    def _request(self) -> dict[str, Any]:
        between, values = self._between()
        names: dict[str, str] = {}
        conditions: list[str] = []
        if self.wanted.status is not None:
            conditions.append("#status = :status")
            names["#status"], values[":status"] = "status", self.wanted.status.value
        if self.wanted.category is not None:
            conditions.append("#request.#category = :category")
            names |= {"#request": "request", "#category": "category"}
            values[":category"] = self.wanted.category.value
        return {
            "IndexName": "by_user",
            "KeyConditionExpression": f"gsi_user = :user{between}",
            "ExpressionAttributeValues": to_item({":user": self.user_id, **values}),
            "ScanIndexForward": False,
            **({"FilterExpression": " AND ".join(conditions), "ExpressionAttributeNames": names} if names else {}),
        }

    def _between(self) -> tuple[str, dict[str, Any]]:
        """The condition on the time; a key takes one comparison."""
        since, until = self.wanted.since, self.wanted.until
        if since is not None and until is not None:
            last = to_rfc3339(until - timedelta(microseconds=1))
            first = min(to_rfc3339(since), last)
            return " AND created_at BETWEEN :since AND :until", {":since": first, ":until": last}
        if since is not None:
            return " AND created_at >= :since", {":since": to_rfc3339(since)}
        if until is not None:
            return " AND created_at < :until", {":until": to_rfc3339(until)}
        return "", {}

    def _key_of(self, mark: PageMark) -> dict[str, Any]:
        index_key = {"gsi_user": self.user_id, "created_at": mark.created_at}
        return to_item({**keys.job_key(mark.job_id)._asdict(), **index_key})


def _mark_of(job: Job) -> PageMark:
    return PageMark(to_rfc3339(job.created_at), job.job_id)


def _mark_of_key(key: Mapping[str, Any]) -> PageMark:
    place = from_item(key)
    return PageMark(place["created_at"], JobId(place["pk"].removeprefix("JOB#")))
