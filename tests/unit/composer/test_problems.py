import pytest

from omnigen_composer.domain.problems import (
    ClipInvalidError,
    ComposerBusyError,
    ProblemRecord,
    SegmentMissingError,
)
from omnigen_shared.errors import ProblemError


@pytest.mark.parametrize("kind", [ClipInvalidError, SegmentMissingError, ComposerBusyError])
def test_a_kept_problem_comes_back_as_it_was(kind: type[ProblemError]) -> None:
    error = kind("Why.", remedy="What to do.", details={"keys": ["u/a/c"]}, retry_after_s=7)
    record = ProblemRecord.model_validate_json(ProblemRecord.from_error(error).model_dump_json())
    back = record.to_error()
    assert type(back) is kind
    assert (back.detail, back.remedy, back.details) == ("Why.", "What to do.", {"keys": ["u/a/c"]})
    assert back.retry_after_s == 7


def test_a_code_of_a_newer_version_is_an_internal_error() -> None:
    error = ProblemRecord(code="not_invented_yet", detail="Why.").to_error()
    assert (error.status, error.code, error.detail) == (500, "internal_error", "Why.")
