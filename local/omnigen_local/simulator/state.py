"""What a running simulator holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from omnigen_local.simulator.engine import Engine
from omnigen_local.simulator.gallery import Gallery
from omnigen_local.simulator.limits import MinuteLimiter
from omnigen_local.simulator.models import Model
from omnigen_local.simulator.presentation import Presenter
from omnigen_local.simulator.rulebook import Rulebook
from omnigen_local.simulator.settings import SimulatorSettings
from omnigen_local.simulator.store import PredictionStore
from omnigen_local.simulator.webhooks import WebhookSender


@dataclass(frozen=True, slots=True)
class Simulator:
    """Handed to routes as `request.state.simulator`."""

    settings: SimulatorSettings
    models: Mapping[str, Model]
    store: PredictionStore
    rulebook: Rulebook
    engine: Engine
    webhooks: WebhookSender
    presenter: Presenter
    gallery: Gallery
    create_limiter: MinuteLimiter
    request_limiter: MinuteLimiter
