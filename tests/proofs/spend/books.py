"""Our books beside the provider's bill, to the micro-dollar."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

import aiohttp
from bench.goals import Scoreboard

from omnigen_jobs.clients.quota import QuotaClient
from omnigen_jobs.domain.pins import digest_of
from omnigen_jobs.domain.records import Intent, Money, Record
from omnigen_jobs.ports import JobStore
from omnigen_jobs.service.operating import Operator
from omnigen_quota.domain.bookings import Booking
from omnigen_quota.service.auditing import Auditor
from omnigen_quota.store.usage import DynamoUsageTable
from omnigen_shared.clock import SystemClock
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.inputs import is_same_input
from omnigen_shared.contracts.job import IntentStatus

SETTLING_S: Final = 420
UNDER_WAY: Final = frozenset({IntentStatus.SENDING, IntentStatus.CREATED, IntentStatus.INGESTED})
MAY_COST: Final = UNDER_WAY | {IntentStatus.SETTLED, IntentStatus.UNKNOWN}


class Sources(Protocol):
    """Where a proof's own books and the provider's are kept."""

    @property
    def store(self) -> JobStore: ...
    @property
    def quota(self) -> QuotaClient: ...
    @property
    def usage(self) -> DynamoUsageTable: ...
    @property
    def s3(self) -> Any: ...
    @property
    def bucket(self) -> str: ...
    @property
    def simulator(self) -> aiohttp.ClientSession: ...


class Ordered(Protocol):
    """Whose jobs there are, and which never came to an end."""

    @property
    def jobs(self) -> Sequence[tuple[UserId, str]]: ...
    @property
    def stuck(self) -> Sequence[str]: ...


@dataclass
class Books:
    """All records after the last end, and the bill.

    `is_hurried`: processes die until just before a job's deadline, so that the reaper may have to end one. How soon
    after the deadline it does is another question.
    """

    ground: Sources
    customers: Ordered
    is_hurried: bool = False
    records: list[Record] = field(default_factory=list)
    judged: set[tuple[str, str]] = field(default_factory=set)

    @property
    def intents(self) -> Iterator[tuple[Record, Intent]]:
        return ((record, intent) for record in self.records for intent in record.intents)

    async def settle(self) -> int:
        """Wait until only unknown calls are open, have an operator judge those by the bill; how many they were."""
        await self._wait_for_settlers()
        bill = await self._read_bill()
        unbound = {id_: row for id_, row in bill.items() if await self.ground.store.find_binding(id_) is None}
        operator = Operator(self.ground.store, self.ground.quota, SystemClock())
        unknown = [(record, intent) for record, intent in self.intents if intent.status is IntentStatus.UNKNOWN]
        for record, intent in unknown:
            row = await self._match(intent, unbound)
            amount = None if row is None else int(row["amount_microusd"])
            await operator.judge(record.job.job_id, intent.intent_id, amount)
            self.judged.add((record.job.job_id, intent.intent_id))
        await self._read()
        return len(unknown)

    async def check(self, board: Scoreboard) -> None:
        bill = await self._read_bill()
        billed = sum(int(row["amount_microusd"]) for row in bill.values())
        charged = sum(intent.actual_microusd or 0 for _, intent in self.intents)
        board.expect_equal("bill_equals_jobs", charged, billed)
        board.expect_equal("bill_equals_spent", sum(record.job.spent_microusd for record in self.records), billed)
        await self._check_quota(board, billed)
        self._check_calls(board, bill)
        self._check_jobs(board)
        self._check_plans(board)
        await self._check_outputs(board)

    async def _check_quota(self, board: Scoreboard, billed: int) -> None:
        settled = spend = 0
        findings: list[str] = []
        holders: list[str] = []
        for user in await self.ground.usage.list_users():
            for month in (await self.ground.usage.list_months(user)).values():
                settled += month.settled_microusd
                spend += month.spend_microusd
                known = {job: each for job, each in month.bookings.items() if isinstance(each, Booking)}
                held = {job: each.claim_microusd - each.spent_microusd for job, each in known.items()}
                holders += [f"{amount} for {job} of {user}" for job, amount in held.items() if amount]
            findings += map(str, (await Auditor(self.ground.usage).audit(user)).findings)
        board.expect_equal("bill_equals_quota", settled, billed)
        board.expect_equal("still_held_microusd", spend - settled, 0)
        board.expect_equal("still_held_for", holders, [])
        board.expect_equal("ledger_findings", findings, [])

    def _check_calls(self, board: Scoreboard, bill: dict[str, Any]) -> None:
        paid: Counter[tuple[str, str]] = Counter()
        bound: dict[str, int] = defaultdict(int)
        gone = self._list_removals()
        for record, intent in self.intents:
            if intent.actual_microusd:
                # What its user has removed is made, and paid, anew.
                removals = sum(at < (intent.sent_at or at) for at in gone[record.job.user_id, intent.fingerprint])
                # A call that was stopped unfinished is charged and leaves nothing: an equal order makes it anew.
                has_output = intent.output_key is not None
                paid[f"{record.job.user_id} after {removals} removals", intent.fingerprint] += has_output
                bound[intent.provider_id or f"judged {record.job.job_id} {intent.intent_id}"] += intent.actual_microusd
        board.expect_equal("fingerprints_paid_twice", [key for key, times in paid.items() if times > 1], [])
        odd = [id_ for id_, row in bill.items() if id_ in bound and bound[id_] != row["amount_microusd"]]
        board.expect_equal("calls_charged_otherwise_than_billed", odd, [])
        unpaid = [id_ for id_ in bill if id_ not in bound]
        board.expect_equal("bills_that_only_an_operator_found", len(unpaid), len(bound.keys() - bill.keys()))

    def _list_removals(self) -> dict[tuple[str, str], list[datetime]]:
        """When the output of a call was removed because its user had deleted a job that had it."""
        gone: dict[tuple[str, str], list[datetime]] = defaultdict(list)
        for record, intent in self.intents:
            if record.job.deleted_at is not None and record.job.media_removed_at is not None:
                gone[record.job.user_id, intent.fingerprint].append(record.job.media_removed_at)
        return gone

    def _check_jobs(self, board: Scoreboard) -> None:
        jobs = [record.job for record in self.records]
        board.expect_equal("jobs_that_never_ended", self.customers.stuck, [])
        silent = [job.job_id for job in jobs if job.status.value == "failed" and job.problem is None]
        board.expect_equal("failed_without_a_reason", silent, [])
        late = [job.job_id for job in jobs if job.problem is not None and job.problem.code == "job_deadline_exceeded"]
        if self.is_hurried:
            board.tell(f"{len(late):6} jobs that the reaper ended at their deadline")
        else:
            board.expect_equal("jobs_that_the_reaper_had_to_end", late, [])
        empty = [job.job_id for job in jobs if job.status.value == "completed" and job.output is None]
        board.expect_equal("completed_without_a_video", empty, [])

    def _check_plans(self, board: Scoreboard) -> None:
        """Orders that a planner is told the same of have the same words, once a clip of them was sent for."""
        plans: dict[tuple[str, str], set[str]] = defaultdict(set)
        for record in self.records:
            clips = (intent for intent in record.intents if intent.intent_id.startswith("scene-") and intent.round == 1)
            if record.job.storyboard is not None and any(clip.status in MAY_COST for clip in clips):
                key = record.job.user_id, digest_of(record.job)
                plans[key].add(record.job.storyboard.model_dump_json())
        board.expect_equal("equal_orders_with_other_words", sum(len(found) > 1 for found in plans.values()), 0)

    async def _check_outputs(self, board: Scoreboard) -> None:
        """A paid clip that could be had lies in the store: all but those that the provider ended unfinished."""
        lost, unfinished = [], 0
        for record, intent in self.intents:
            is_mine = (record.job.job_id, intent.intent_id) not in self.judged and record.job.deleted_at is None
            if intent.status is not IntentStatus.SETTLED or not is_mine or await self._is_there(intent.output_key):
                continue
            if await self._was_finished(intent):
                lost.append((record.job.job_id, intent.intent_id))
            else:
                unfinished += 1
        board.expect_equal("paid_outputs_lost", lost, [])
        board.tell(f"{unfinished:6} calls that never ended, charged by the provider when it stopped them")

    async def _was_finished(self, intent: Intent) -> bool:
        if intent.provider_id is None:
            return True
        async with self.ground.simulator.get(f"/v1/predictions/{intent.provider_id}") as answer:
            return bool((await answer.json())["status"] != "canceled")

    async def _is_there(self, key: str | None) -> bool:
        if key is None:
            return False
        found = await self.ground.s3.list_objects_v2(Bucket=self.ground.bucket, Prefix=key, MaxKeys=1)
        return bool(found.get("KeyCount"))

    async def _wait_for_settlers(self) -> None:
        async with asyncio.timeout(SETTLING_S):
            while True:
                await self._read()
                is_closed = all(record.job.money is Money.CLOSED for record in self.records)
                if is_closed and not any(intent.status in UNDER_WAY for _, intent in self.intents):
                    return
                await asyncio.sleep(2)

    async def _read(self) -> None:
        found = [await self.ground.store.find_record(JobId(job_id)) for _, job_id in self.customers.jobs]
        self.records = [record for record in found if record is not None]

    async def _read_bill(self) -> dict[str, Any]:
        async with self.ground.simulator.get("/_simulator/bill") as answer:
            return {row["prediction_id"]: row for row in (await answer.json())["rows"]}

    async def _match(self, intent: Intent, unbound: dict[str, Any]) -> Any:
        """The row of the bill that is this call's: whoever works in the provider's dashboard finds it so."""
        for id_, row in list(unbound.items()):
            async with self.ground.simulator.get(f"/v1/predictions/{id_}") as answer:
                shown = await answer.json()
            if row["model"] == intent.model and is_same_input(shown["input"], intent.input):
                return unbound.pop(id_)
        return None
