"""What quota is told by its environment."""

from pydantic import Field

from omnigen_shared.settings import BaseUnitSettings, ServiceSettings


class TableSettings(BaseUnitSettings):
    """What an operator's command needs of it."""

    usage_table: str
    """DynamoDB table with the keys `pk` and `sk`; this unit is its only writer."""


class QuotaSettings(ServiceSettings, TableSettings):
    """A field's name in capitals is the variable's name."""

    sweep_interval_s: float = Field(default=300, gt=0)
    """How often one of all processes goes through everybody's books and brings idle loans back."""
