"""What spans' attributes are called, everywhere."""

from typing import Final

JOB_ID: Final = "omnigen.job_id"
ATTEMPT: Final = "omnigen.attempt"
SCENE: Final = "omnigen.scene"
INTENT_ID: Final = "omnigen.intent_id"
MODEL: Final = "omnigen.model"
COST_MICROUSD: Final = "omnigen.cost_microusd"
OUTCOME: Final = "omnigen.outcome"
WORK: Final = "omnigen.work"
KIND: Final = "omnigen.kind"
STATUS: Final = "http.response.status_code"
"""OpenTelemetry's own name."""
