"""The refusals that only quota can give, each with its stable code."""

from omnigen_shared.errors import ProblemError


class BudgetExceededError(ProblemError):
    """A paid call would cost more than is left of its job's reservation."""

    status, code, title = 402, "budget_exceeded", "The job's budget does not allow this"
    advice = "Allow a higher max_cost_usd, or order a shorter or smaller video."


class AmountMismatchError(ProblemError):
    """`details`: the stored amount and the one that was sent, in micro-dollars."""

    status, code, title = 409, "amount_mismatch", "The same call was made before with another amount"
    advice = "Repeat a call with the amounts of the first one."


class ReservationClosedError(ProblemError):
    """`details.state`: committed or released."""

    status, code, title = 409, "reservation_closed", "The reservation is closed"
    advice = "Do nothing: the job's money is accounted for already."


class IntentClosedError(ProblemError):
    """`details.state`: settled or refunded."""

    status, code, title = 409, "intent_closed", "The paid call is already accounted for"
    advice = "Do nothing: the paid call is accounted for already."


class StaleLeaseError(ProblemError):
    """A rate lease's number is below one that the gateway has used already."""

    status, code, title = 409, "stale_lease", "A later lease of this gateway exists"
    advice = "Do nothing: a later rate lease of this gateway exists."


class ExcessReturnError(ProblemError):
    status, code, title = 409, "excess_return", "More is given back than is held"
    advice = "Give back no more of a rate lease than is held."
