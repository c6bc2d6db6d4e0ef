"""The calls of a job's life, as jobs and the generator make them."""

from tests.proofs.quota.callers import Call


def reserve(user: str, job_id: str, cost: int, videos: int = 1) -> Call:
    body = {"videos": videos, "max_cost_microusd": cost, "duration_s": 15, "resolution": "720p"}
    return Call("jobs", user, "PUT", f"/internal/v1/reservations/{job_id}", body)


def spend(user: str, month: str, job_id: str, intent_id: str, price: int) -> Call:
    return Call("generator", user, "PUT", _intent(month, job_id, intent_id), {"price_microusd": price})


def settle(user: str, month: str, job_id: str, intent_id: str, actual: int) -> Call:
    return Call("generator", user, "POST", f"{_intent(month, job_id, intent_id)}/settle", {"actual_microusd": actual})


def refund(user: str, month: str, job_id: str, intent_id: str) -> Call:
    return Call("generator", user, "POST", f"{_intent(month, job_id, intent_id)}/refund")


def commit(user: str, month: str, job_id: str) -> Call:
    return Call("jobs", user, "POST", f"{_booking(month, job_id)}/commit")


def release(user: str, month: str, job_id: str) -> Call:
    return Call("jobs", user, "POST", f"{_booking(month, job_id)}/release")


def _booking(month: str, job_id: str) -> str:
    return f"/internal/v1/reservations/{month}/{job_id}"


def _intent(month: str, job_id: str, intent_id: str) -> str:
    return f"{_booking(month, job_id)}/intents/{intent_id}"
