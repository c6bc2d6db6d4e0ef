"""The jobs service as the generator sees it: one job per record, conditional like the real one."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from tests.fakes.cutting import cuts_of

from omnigen_generator.domain.attempts import AttemptRef
from omnigen_generator.domain.errors import (
    ClipInProgressError,
    ClipSpoiledError,
    ClipUnresolvedError,
    IntentMovedError,
    JobTerminalError,
    PredictionBoundError,
    SendInProgressError,
    StaleAttemptError,
)
from omnigen_generator.ports import JobRecords
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import IntentId, JobId, UserId
from omnigen_shared.contracts.job import (
    ContinueAttempt,
    IntentRecord,
    IntentStatus,
    JobKind,
    JobOutput,
    JobProblem,
    JobRequest,
    JobSnapshot,
    JobStatus,
    MoveIntent,
    PlanIntent,
    Progress,
    SceneRecord,
    SceneState,
    SpoilOutput,
    StoreStoryboard,
    UpdateScene,
)
from omnigen_shared.contracts.storyboard import Storyboard

STATUS_ORDER: Final = [JobStatus.PENDING, JobStatus.PLANNING, JobStatus.GENERATING, JobStatus.COMPOSING]
SCENE_RANKS: Final = {
    SceneState.QUEUED: 0,
    SceneState.THROTTLED: 1,
    SceneState.GENERATING: 1,
    SceneState.INGESTED: 2,
    SceneState.PREPARED: 3,
    SceneState.FAILED: 4,
}
MOVES: Final = {
    IntentStatus.PLANNED: {IntentStatus.RESERVED, IntentStatus.REFUNDED},
    IntentStatus.RESERVED: {IntentStatus.SENDING, IntentStatus.REFUNDED},
    IntentStatus.SENDING: {IntentStatus.CREATED, IntentStatus.RESERVED, IntentStatus.UNKNOWN, IntentStatus.REFUNDED},
    IntentStatus.CREATED: {IntentStatus.INGESTED, IntentStatus.SETTLED, IntentStatus.REFUNDED, IntentStatus.UNKNOWN},
    IntentStatus.INGESTED: {IntentStatus.SETTLED},
    IntentStatus.UNKNOWN: {IntentStatus.CREATED},
}


@dataclass(slots=True)
class FakeJobRecords(JobRecords):
    """`snapshots` by job id. Claims are per user and fingerprint, bindings per provider id."""

    clock: Clock
    snapshots: dict[JobId, JobSnapshot] = field(default_factory=dict)
    claims: dict[tuple[UserId, str], tuple[JobId, IntentId]] = field(default_factory=dict)
    clips: dict[tuple[UserId, str], str] = field(default_factory=dict)
    spoiled: set[tuple[UserId, str]] = field(default_factory=set)
    bindings: dict[str, tuple[JobId, IntentId]] = field(default_factory=dict)
    sends: dict[str, tuple[JobId, IntentId]] = field(default_factory=dict)
    unresolved: set[tuple[UserId, str]] = field(default_factory=set)
    settling: dict[JobId, int] = field(default_factory=dict)
    pins: dict[tuple[str, str], tuple[JobId, Storyboard]] = field(default_factory=dict)
    progress: list[Progress] = field(default_factory=list)
    scene_states: list[tuple[int, SceneState]] = field(default_factory=list)
    statuses: list[JobStatus] = field(default_factory=list)

    def add(self, ref: AttemptRef, request: JobRequest, time_s: float) -> None:
        self.snapshots[ref.job_id] = JobSnapshot(
            job_id=ref.job_id,
            user_id=ref.user_id,
            plan=ref.plan,
            status=JobStatus.PENDING,
            attempt=ref.attempt,
            deadline_at=self.clock.now() + timedelta(seconds=time_s),
            request=request,
            cuts=cuts_of(request),
        )

    def intent(self, job_id: JobId, intent_id: str) -> IntentRecord:
        return next(intent for intent in self.snapshots[job_id].intents if intent.intent_id == intent_id)

    async def beat(self, ref: AttemptRef) -> JobSnapshot:
        return self._fenced(ref)

    async def begin_stage(self, ref: AttemptRef, status: JobStatus) -> JobSnapshot:
        now = self._fenced(ref).status
        if STATUS_ORDER.index(status) <= STATUS_ORDER.index(now):
            return self.snapshots[ref.job_id]
        assert STATUS_ORDER.index(status) == STATUS_ORDER.index(now) + 1, f"{now} may not become {status}"
        self.statuses.append(status)
        return self._change(ref, status=status)

    async def store_storyboard(self, ref: AttemptRef, stored: StoreStoryboard) -> JobSnapshot:
        before = self._fenced(ref)
        if before.recipe_id is not None:
            return before
        storyboard = before.storyboard or self._pin(before, stored.storyboard)
        if before.kind is JobKind.STORYBOARD:
            return self._change(ref, storyboard=storyboard, status=JobStatus.COMPLETED)
        scenes = tuple(
            SceneRecord(number=scene.number, state=SceneState.QUEUED, updated_at=self.clock.now())
            for scene in storyboard.scenes
        )
        return self._change(ref, storyboard=storyboard, recipe_id=stored.recipe_id, scenes=scenes)

    def _pin(self, before: JobSnapshot, proposed: Storyboard) -> Storyboard:
        """Orders that a planner is told the same of have one, as long as the first has sent for a clip."""
        asked = before.request.model_dump_json(include={"prompt", "category", "style", "aspect_ratio", "seed"})
        place = (before.user_id, f"{asked}{before.cuts}{before.plan_take}")
        holder, pinned = self.pins.get(place, (before.job_id, proposed))
        if holder in self.snapshots and not self._binds(self.snapshots[holder]):
            holder, pinned = before.job_id, proposed
        if before.kind is JobKind.VIDEO:
            self.pins[place] = holder, pinned
        return pinned if before.kind is JobKind.VIDEO else proposed

    @staticmethod
    def _binds(holder: JobSnapshot) -> bool:
        unpaid = {IntentStatus.PLANNED, IntentStatus.RESERVED, IntentStatus.REFUNDED}
        clips = (intent for intent in holder.intents if intent.intent_id.startswith("scene-"))
        return not holder.status.is_terminal or any(clip.status not in unpaid for clip in clips)

    async def update_scene(self, ref: AttemptRef, number: int, update: UpdateScene) -> JobSnapshot:
        scenes = list(self._fenced(ref).scenes)
        before = scenes[number - 1]
        if update.take < before.take:
            return self.snapshots[ref.job_id]
        if update.take > before.take:
            before = _begin_take(before, update.take)
        if SCENE_RANKS[update.state] < SCENE_RANKS[before.state]:
            assert before.state is not SceneState.FAILED, f"scene {number} has failed"
            return self.snapshots[ref.job_id]
        assert (before.state, update.state) != (SceneState.PREPARED, SceneState.FAILED)
        news = {"state": update.state, "updated_at": self.clock.now()}
        news |= {name: value for name in ("clip_key", "problem") if (value := getattr(update, name)) is not None}
        scenes[number - 1] = before.model_copy(update=news)
        self.scene_states.append((number, update.state))
        return self._change(ref, scenes=tuple(scenes))

    async def store_music(self, ref: AttemptRef, music_key: str) -> JobSnapshot:
        kept = self._fenced(ref).music_key or music_key
        return self._change(ref, music_key=kept)

    async def report_progress(self, ref: AttemptRef, progress: Progress) -> None:
        self._fenced(ref)
        self.progress.append(progress)

    async def plan_intent(self, ref: AttemptRef, intent_id: IntentId, plan: PlanIntent) -> IntentRecord:
        snapshot = self._fenced(ref)
        assert not snapshot.status.is_terminal
        stored = next((intent for intent in snapshot.intents if intent.intent_id == intent_id), None)
        if stored is not None:
            return stored
        intent = self._claim(ref, intent_id, plan)
        self._change(ref, intents=(*snapshot.intents, intent))
        return intent

    async def move_intent(self, ref: AttemptRef, intent_id: IntentId, move: MoveIntent) -> IntentRecord:
        if _is_refusal(move):
            snapshot = self.snapshots[ref.job_id]
            move = move.model_copy(update={"status": IntentStatus.REFUNDED}) if snapshot.status.is_terminal else move
        else:
            snapshot = self._fenced(ref)
        before = self.intent(ref.job_id, intent_id)
        assert move.status in MOVES[move.expected], f"{move.expected} may not become {move.status}"
        if _was_made(before, move):
            return before
        if before.status is not move.expected or _is_others(before, move):
            raise _moved_on(before)
        after = self._moved(ref, before, move)
        self._change(ref, intents=tuple(after if entry is before else entry for entry in snapshot.intents))
        return after

    async def close_socket(self, ref: AttemptRef, intent_id: IntentId, owner: str) -> IntentRecord:
        snapshot, before = self._fenced(ref), self.intent(ref.job_id, intent_id)
        if before.status is not IntentStatus.SENDING or before.owner != owner:
            raise _moved_on(before)
        after = before.model_copy(update={"closed_at": before.closed_at or self.clock.now()})
        self._change(ref, intents=tuple(after if entry is before else entry for entry in snapshot.intents))
        return after

    async def spoil(self, ref: AttemptRef, intent_id: IntentId, spoiled: SpoilOutput) -> JobSnapshot:
        snapshot, before = self._fenced(ref), self.intent(ref.job_id, intent_id)
        if before.spoiled is not None:
            return snapshot
        self.spoiled.add((ref.user_id, before.fingerprint))
        after = before.model_copy(update={"spoiled": spoiled.reason})
        intents = tuple(after if entry is before else entry for entry in snapshot.intents)
        scenes = tuple(
            _begin_take(scene, scene.take + 1) if scene.number == spoiled.scene else scene for scene in snapshot.scenes
        )
        return self._change(ref, intents=intents, scenes=scenes)

    async def list_unbound(self, ref: AttemptRef, provider_ids: tuple[str, ...]) -> frozenset[str]:
        del ref
        return frozenset(provider_ids) - self.bindings.keys()

    async def complete(self, ref: AttemptRef, output: JobOutput) -> None:
        assert self._fenced(ref).status is JobStatus.COMPOSING
        self._change(ref, status=JobStatus.COMPLETED, output=output)

    async def fail(self, ref: AttemptRef, problem: JobProblem) -> None:
        self._fenced(ref)
        self._change(ref, status=JobStatus.FAILED, problem=problem)

    async def continue_attempt(self, ref: AttemptRef) -> ContinueAttempt:
        attempt = self._fenced(ref).attempt + 1
        self._change(ref, attempt=attempt)
        return ContinueAttempt(attempt=attempt)

    def resume(self, job_id: JobId, time_s: float, regenerated: int = 0) -> None:
        """Another round: scenes that have failed begin again, lost takes are replaced, unsent calls given back."""
        before = self.snapshots[job_id]
        unsent = {IntentStatus.PLANNED, IntentStatus.RESERVED}
        self.snapshots[job_id] = before.model_copy(
            update={
                "status": JobStatus.PENDING,
                "attempt": before.attempt + 1,
                "round": before.round + 1,
                "deadline_at": self.clock.now() + timedelta(seconds=time_s),
                "problem": None,
                "scenes": tuple(_revive(scene, before, regenerated) for scene in before.scenes),
                "intents": tuple(
                    intent.model_copy(update={"status": IntentStatus.REFUNDED}) if intent.status in unsent else intent
                    for intent in before.intents
                ),
            }
        )

    def _fenced(self, ref: AttemptRef) -> JobSnapshot:
        snapshot = self.snapshots[ref.job_id]
        if snapshot.attempt != ref.attempt:
            raise StaleAttemptError(409, "stale_attempt", f"attempt {snapshot.attempt} is the present one")
        if snapshot.status.is_terminal and self.settling.get(ref.job_id) != ref.attempt:
            raise JobTerminalError(409, "job_terminal", f"the job is {snapshot.status}")
        return snapshot

    def _change(self, ref: AttemptRef, **news: object) -> JobSnapshot:
        self.snapshots[ref.job_id] = self.snapshots[ref.job_id].model_copy(update=news)
        return self.snapshots[ref.job_id]

    def _claim(self, ref: AttemptRef, intent_id: IntentId, plan: PlanIntent) -> IntentRecord:
        place, owner = (ref.user_id, plan.fingerprint), (ref.job_id, intent_id)
        number = self.snapshots[ref.job_id].round
        fields = plan.model_dump(exclude={"claims_clip"})
        fields |= {"round": number, "month": "2026-11", "reservation_id": f"{ref.job_id}.{number}"}
        if place in self.spoiled:
            raise ClipSpoiledError(409, "clip_spoiled", "another one made it in vain")
        if place in self.clips:
            paid = {"price_microusd": 0, "actual_microusd": 0, "cached": True, "output_key": self.clips[place]}
            return IntentRecord(intent_id=intent_id, status=IntentStatus.SETTLED, **{**fields, **paid})
        if place in self.unresolved:
            owner_job, owner_intent = self.claims[place]
            told = {"job_id": owner_job, "intent_id": owner_intent}
            raise ClipUnresolvedError(409, "clip_unresolved", "nobody knows", details=told)
        if self.claims.setdefault(place, owner) != owner:
            raise ClipInProgressError(409, "clip_in_progress", "another one makes it", retry_after_s=5)
        return IntentRecord(intent_id=intent_id, status=IntentStatus.PLANNED, **fields)

    def _follow_send(self, ref: AttemptRef, before: IntentRecord, move: MoveIntent) -> None:
        digest, owner = repr((before.model, sorted(before.input.items()))), (ref.job_id, before.intent_id)
        if move.status is IntentStatus.SENDING and self.sends.setdefault(digest, owner) != owner:
            raise SendInProgressError(409, "send_in_progress", "an equal call is being sent", retry_after_s=2)
        if before.status is IntentStatus.SENDING:
            self.sends.pop(digest, None)

    def _moved(self, ref: AttemptRef, before: IntentRecord, move: MoveIntent) -> IntentRecord:
        place = (ref.user_id, before.fingerprint)
        self._follow_send(ref, before, move)
        news: dict[str, object] = {"status": move.status}
        (self.unresolved.add if move.status is IntentStatus.UNKNOWN else self.unresolved.discard)(place)
        if move.status is IntentStatus.CREATED:
            owner = (ref.job_id, before.intent_id)
            assert move.provider_id is not None
            if self.bindings.setdefault(move.provider_id, owner) != owner:
                raise PredictionBoundError(409, "prediction_bound", f"{move.provider_id} is bound")
            news["provider_id"] = move.provider_id
        elif move.status is IntentStatus.SENDING:
            assert move.owner is not None
            news |= {"owner": move.owner, "sent_at": self.clock.now()}
        elif move.status is IntentStatus.RESERVED:
            news |= {"owner": None, "sent_at": None, "closed_at": None}
        elif move.status is IntentStatus.INGESTED:
            assert move.output_key is not None
            assert move.output_key.startswith(f"u/{ref.user_id}/")
            news["output_key"] = self.clips[place] = move.output_key
        elif move.status is IntentStatus.SETTLED:
            assert move.actual_microusd is not None
            news["actual_microusd"] = move.actual_microusd
        if move.status in {IntentStatus.REFUNDED, IntentStatus.SETTLED}:
            self.claims.pop(place, None)
        return before.model_copy(update=news)


def _revive(scene: SceneRecord, snapshot: JobSnapshot, regenerated: int) -> SceneRecord:
    if scene.number == regenerated:
        return scene.model_copy(update={"take": scene.take + 1, "state": SceneState.QUEUED, "clip_key": None})
    if scene.state is not SceneState.FAILED:
        return scene
    name = f"scene-{scene.number:02}.{scene.take}"
    lost = any(
        intent.intent_id.startswith(name) and intent.status is IntentStatus.UNKNOWN for intent in snapshot.intents
    )
    state = SceneState.QUEUED if scene.clip_key is None else SceneState.INGESTED
    return scene.model_copy(update={"state": state, "problem": None, "take": scene.take + lost})


def _begin_take(scene: SceneRecord, take: int) -> SceneRecord:
    assert scene.state not in {SceneState.PREPARED, SceneState.FAILED}
    return scene.model_copy(update={"take": take, "state": SceneState.QUEUED, "clip_key": None})


def _moved_on(before: IntentRecord) -> IntentMovedError:
    told = f"{before.intent_id} is {before.status}"
    return IntentMovedError(409, "intent_moved", told, details={"status": before.status.value})


def _was_made(before: IntentRecord, move: MoveIntent) -> bool:
    if before.status is not move.status:
        return False
    if move.status is IntentStatus.SENDING:
        return before.owner == move.owner
    return move.provider_id in {None, before.provider_id} and move.output_key in {None, before.output_key}


def _is_others(before: IntentRecord, move: MoveIntent) -> bool:
    """Only the sender may report a refusal."""
    return _is_refusal(move) and before.owner != move.owner


def _is_refusal(move: MoveIntent) -> bool:
    return move.expected is IntentStatus.SENDING and move.status in {IntentStatus.RESERVED, IntentStatus.REFUNDED}
