"""What every contract model has in common, and the types that ids travel as."""

from typing import Annotated, NewType

from pydantic import BaseModel, ConfigDict, Field

UserId = NewType("UserId", str)
JobId = NewType("JobId", str)
IntentId = NewType("IntentId", str)

Microusd = Annotated[int, Field(ge=0, le=10**12, strict=True)]
"""Money inside the house: integer millionths of a US dollar."""


class Contract(BaseModel):
    """Immutable, and strict about fields that nobody has agreed on.

    Its numbers and flags are pydantic's Strict… types: "15" and true are no 15 (a test looks at every field).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(BaseModel):
    """What a service answers: immutable, and tolerant of fields that a newer service adds."""

    model_config = ConfigDict(frozen=True, extra="ignore")
