"""What quota is told by its environment."""

from omnigen_shared.settings import ServiceSettings


class QuotaSettings(ServiceSettings):
    """A field's name in capitals is the variable's name."""

    usage_table: str
    """DynamoDB table with the keys `pk` and `sk`; this unit is its only writer."""
