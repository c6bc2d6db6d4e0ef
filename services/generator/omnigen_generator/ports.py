"""What the steps need from outside. Adapters translate every refusal into the errors of domain/errors.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Protocol

from omnigen_generator.domain.attempts import AttemptRef, TimeLimits
from omnigen_generator.domain.predictions import Prediction
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.callbacks import callback_url
from omnigen_shared.contracts.composer import Pending, RenderRequest, RenderResult, SegmentRequest, SegmentResult
from omnigen_shared.contracts.job import (
    ContinueAttempt,
    IntentRecord,
    JobOutput,
    JobProblem,
    JobSnapshot,
    JobStatus,
    MoveIntent,
    PlanIntent,
    Progress,
    SpoilOutput,
    StoreStoryboard,
    UpdateScene,
)


class JobRecords(Protocol):
    """The jobs service. Every call may raise StaleAttemptError, JobTerminalError, DependencyUnavailableError."""

    async def beat(self, ref: AttemptRef) -> JobSnapshot:
        """The whole record; the attempt's lease is renewed."""
        ...

    async def begin_stage(self, ref: AttemptRef, status: JobStatus) -> JobSnapshot:
        """The job's status; asking for the present one changes nothing."""
        ...

    async def store_storyboard(self, ref: AttemptRef, stored: StoreStoryboard) -> JobSnapshot:
        """The first storyboard of a job wins; the answer holds it."""
        ...

    async def update_scene(self, ref: AttemptRef, number: int, update: UpdateScene) -> JobSnapshot:
        """One scene's state, only forwards."""
        ...

    async def store_music(self, ref: AttemptRef, music_key: str) -> JobSnapshot:
        """Where the music lies."""
        ...

    async def report_progress(self, ref: AttemptRef, progress: Progress) -> None:
        """A replaceable snapshot."""
        ...

    async def plan_intent(self, ref: AttemptRef, intent_id: IntentId, plan: PlanIntent) -> IntentRecord:
        """The stored intent, new or not.

        ClipInProgressError while another one makes the same thing, ClipSpoiledError when that was made in vain.
        """
        ...

    async def move_intent(self, ref: AttemptRef, intent_id: IntentId, move: MoveIntent) -> IntentRecord:
        """One conditional step. IntentMovedError, PredictionBoundError."""
        ...

    async def close_socket(self, ref: AttemptRef, intent_id: IntentId, owner: str) -> IntentRecord:
        """From now on the create is only reconciled."""
        ...

    async def spoil(self, ref: AttemptRef, intent_id: IntentId, spoiled: SpoilOutput) -> JobSnapshot:
        """A paid output is of no use: nobody is given it again, and its scene goes on to the next take."""
        ...

    async def list_unbound(self, ref: AttemptRef, provider_ids: tuple[str, ...]) -> frozenset[str]:
        """Those of the ids that no intent holds."""
        ...

    async def complete(self, ref: AttemptRef, output: JobOutput) -> None:
        """The job's good end; jobs closes the reservation."""
        ...

    async def fail(self, ref: AttemptRef, problem: JobProblem) -> None:
        """The job's bad end; jobs closes the reservation."""
        ...

    async def continue_attempt(self, ref: AttemptRef) -> ContinueAttempt:
        """The next attempt, which jobs has started."""
        ...


class Quota(Protocol):
    """The quota service. An intent says under which reservation it is booked. May raise DependencyUnavailableError."""

    async def spend(self, ref: AttemptRef, intent: IntentRecord) -> None:
        """Hold its price before it is spent. BudgetExceededError when the job's reservation does not allow it."""
        ...

    async def settle(self, ref: AttemptRef, intent: IntentRecord, actual_microusd: int) -> None:
        """What the provider charged, at most the held price."""
        ...

    async def refund(self, ref: AttemptRef, intent: IntentRecord) -> None:
        """Give back what is held; ReservationMissingError when nothing was."""
        ...


@dataclass(frozen=True, slots=True)
class Composing:
    """The composer works on it. `retry_after_s` is when it likes to be asked again."""

    pending: Pending
    retry_after_s: int


class Composer(Protocol):
    """The composer service. May raise DependencyUnavailableError, CompositionError, RecipeMismatchError."""

    async def get_recipe(self, ref: AttemptRef) -> str:
        """The recipe id that this composer encodes by."""
        ...

    async def put_segment(
        self, ref: AttemptRef, key: str, request: SegmentRequest, *, is_held: bool = True
    ) -> SegmentResult | Composing:
        """The segment, or that it is being made. ClipInvalidError for a clip that cannot be used.

        A call that is held waits a moment for the end; another one has it begun, and nothing more.
        """
        ...

    async def put_render(
        self, ref: AttemptRef, key: str, request: RenderRequest, *, is_held: bool = True
    ) -> RenderResult | Composing:
        """The video, or that it is being made. SegmentMissingError when a segment has to be prepared first."""
        ...

    async def cancel(self, ref: AttemptRef, key: str) -> None:
        """End the work on a segment or a video; one that is finished stays."""
        ...


class Provider(Protocol):
    """The place where models run and money is spent."""

    async def create(
        self, model: str, call_input: Mapping[str, Any], cancel_after_s: int, webhook: str | None = None
    ) -> Prediction:
        """Spend. The provider ends it by itself so many seconds after its acceptance, and calls the webhook's address.

        ProviderUnreachableError: not sent. ProviderRefusedError, ProviderThrottledError: sent and not accepted.
        ProviderSilentError: sent and not answered, so nobody knows.
        """
        ...

    async def get(self, prediction_id: str) -> Prediction:
        """How a prediction stands.

        ProviderUnreachableError: that cannot be learnt now. PredictionMissingError: the provider knows of none.
        """
        ...

    async def cancel(self, prediction_id: str) -> None:
        """Ask for its end; one that has ended already stays as it is. ProviderUnreachableError: it may still run."""
        ...

    async def list_since(self, oldest: datetime) -> tuple[Prediction, ...]:
        """All predictions made since an instant, with their inputs; ProviderUnreachableError when not all are known."""
        ...

    async def download(self, address: str, target: IO[bytes]) -> str:
        """The output's bytes into target; its media type. OutputGoneError: never. ProviderUnreachableError: not now."""
        ...


class Assets(Protocol):
    """The users' files in S3. May raise DependencyUnavailableError."""

    async def open(self) -> None:
        """Get ready, which any other call does, too: for moments in which nothing is lost by it."""
        ...

    async def put(self, key: str, content: IO[bytes], media_type: str) -> None:
        """Store a whole file, read from its start."""
        ...

    async def link(self, key: str) -> str:
        """An address that anybody can fetch the file from, for at least two hours."""
        ...

    async def get_text(self, key: str) -> str:
        """A small text; KeyError when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Callbacks:
    """How the provider is told where to call back."""

    base_url: str
    secret: str

    def url_for(self, ref: AttemptRef, intent: IntentRecord) -> str:
        """For one paid call."""
        return callback_url(self.base_url, self.secret, ref.job_id, intent.intent_id)


@dataclass(frozen=True, slots=True)
class Tools:
    """Everything outside of a step."""

    jobs: JobRecords
    quota: Quota
    composer: Composer
    provider: Provider
    assets: Assets
    clock: Clock
    limits: TimeLimits
    callbacks: Callbacks | None = None
