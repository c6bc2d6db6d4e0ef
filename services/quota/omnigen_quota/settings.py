"""What quota is told by its environment."""

from omnigen_shared.settings import BaseUnitSettings, ServiceSettings


class TableSettings(BaseUnitSettings):
    """What an operator's command needs of it."""

    usage_table: str
    """DynamoDB table with the keys `pk` and `sk`; this unit is its only writer."""


class QuotaSettings(ServiceSettings, TableSettings):
    """A field's name in capitals is the variable's name."""
