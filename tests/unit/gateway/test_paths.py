"""One spelling of each path; the attacks on it are in tests/attacks."""

import pytest

from omnigen_gateway.domain.paths import check_path


@pytest.mark.parametrize(
    "path",
    [
        b"/",
        b"/jobs",
        b"/jobs/",
        b"/jobs/job_1",
        b"/assets/app-1a2b.js",
        b"/.well-known/x",
        b"/a..b/c.",
        b"/gr%C3%BCn%20",
    ],
)
def test_what_a_page_may_be_called_is_taken(path: bytes) -> None:
    check_path(path)


def test_what_only_resembles_an_address_inside_is_not_one() -> None:
    for path in (b"/internals", b"/internals/x", b"/jobs/internal", b"/jobs/internal-affairs/x"):
        check_path(path)
