"""Only paths that are expected to the last byte lead anywhere."""

import pytest

from omnigen_gateway.domain.routing import find_route

JOB = b"/api/v1/jobs/job_0123456789abcdef"


@pytest.mark.parametrize(
    ("path", "upstream"),
    [
        (b"/api/v1/jobs", "jobs"),
        (JOB, "jobs"),
        (JOB + b"/events", "jobs"),
        (JOB + b"/video", "jobs"),
        (JOB + b"/scenes/3/regenerate", "jobs"),
        (JOB + b"/scenes/3/choose", "jobs"),
        (JOB + b"/scenes/3/takes/2", "jobs"),
        (b"/api/v1/models", "jobs"),
        (b"/api/v1/storyboards", "jobs"),
        (b"/api/v1/estimates", "jobs"),
        (b"/api/v1/storyboards/plan_0123", "jobs"),
        (b"/api/v1/usage", "quota"),
        (b"/api/v1/webhooks/replicate", "jobs"),
        (b"/api/v1/usage/ledger", "quota"),
    ],
)
def test_public_paths_lead_to_their_service(path: bytes, upstream: str) -> None:
    route = find_route(path)
    assert route is not None
    assert route.upstream == upstream


@pytest.mark.parametrize(
    "path",
    [
        b"",
        b"/",
        b"/api",
        b"/api/v1",
        b"/api/v1/",
        b"/api/v1/jobs/",
        b"/api/v1/jobs//x",
        b"//api/v1/jobs",
        b"/api/v1//jobs",
        b"/api/v1/jobsx",
        b"/api/v1/job",
        b"/API/v1/jobs",
        b"/api/v1/JOBS",
        b"/api/v2/jobs",
        b"/api/v1/usage/",
        b"/api/v1/usage/x",
        b"/api/v1/usage/ledger/",
        b"/internal/v1/jobs/x/attempts/1/heartbeat",
        b"/internal/v1/reservations/job_1",
        b"/api/v1/internal",
        b"/api/v1/jobs/../../internal/v1/predictions/unbound",
        b"/api/v1/jobs/..",
        b"/api/v1/jobs/.",
        b"/api/v1/jobs/...",
        b"/api/v1/jobs/%2e%2e/%2e%2e/internal",
        b"/api/v1/jobs/..%2f..%2finternal",
        b"/api/v1/jobs%2f..%2finternal",
        b"/api/v1/jobs/..%252f..%252finternal",
        b"/api/v1/%6aobs",
        b"/api/v1/jobs/%00",
        b"/api/v1/jobs/..\\..\\internal",
        b"/api/v1/jobs/x;/../internal",
        b"/api/v1/jobs;/internal",
        b"/api/v1/jobs/x?/internal",
        b"/api/v1/jobs/x#/internal",
        b"/api/v1/jobs/x/\r\nX-Evil: 1",
        b"/api/v1/jobs/x\n",
        b"/api/v1/jobs/ x",
        b"/api/v1/jobs/\xc0\xae\xc0\xae/internal",
        b"/api/v1/jobs/@evil.example",
        b"http://127.0.0.1/api/v1/jobs",
        b"/api/v1/jobs/" + b"x" * 129,
        b"/api/v1/jobs" + b"/x" * 6,
    ],
)
def test_everything_else_leads_nowhere(path: bytes) -> None:
    assert find_route(path) is None


def test_a_stream_has_no_deadline_and_is_only_read() -> None:
    route = find_route(JOB + b"/events")
    assert route is not None
    assert route.is_stream
    assert route.methods == {"GET"}


def test_usage_is_only_read() -> None:
    route = find_route(b"/api/v1/usage")
    assert route is not None
    assert not route.is_stream
    assert route.methods == {"GET", "HEAD"}
