"""docs/errors.md lists every code that a caller can see, and no other."""

import importlib
import pkgutil
import re
from pathlib import Path

import omnigen_composer
import omnigen_gateway
import omnigen_generator
import omnigen_jobs
import omnigen_quota
import omnigen_shared
from omnigen_shared.contracts.failure import FailureCode
from omnigen_shared.errors import ProblemError

PAGE = Path(__file__).parents[3] / "docs" / "errors.md"
UNITS = (omnigen_shared, omnigen_gateway, omnigen_jobs, omnigen_quota, omnigen_composer, omnigen_generator)


def load_everything() -> None:
    for unit in UNITS:
        for module in pkgutil.walk_packages(unit.__path__, f"{unit.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def classes_below(parent: type[ProblemError]) -> list[type[ProblemError]]:
    children = [child for child in parent.__subclasses__() if child.__module__.startswith("omnigen_")]
    return [parent, *(below for child in children for below in classes_below(child))]


def rows_under(heading: str) -> dict[str, list[str]]:
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("| `")
    ]
    return {row[0].strip("`"): row[1:] for row in rows}


def plain(cell: str) -> str:
    return cell.replace("`", "")


def test_every_answer_is_listed_with_its_status_title_and_remedy() -> None:
    load_everything()
    in_code = {kind.code: (str(kind.status), kind.title, kind.advice) for kind in classes_below(ProblemError)}
    on_page = {
        code: (status, title, plain(remedy)) for code, (status, title, _, remedy) in rows_under("Answers").items()
    }
    assert on_page == in_code


def test_a_code_says_the_same_wherever_it_is_raised() -> None:
    load_everything()
    rows = {(kind.code, kind.status, kind.title, kind.advice) for kind in classes_below(ProblemError)}
    assert len({code for code, *_ in rows}) == len(rows)


def test_a_code_of_its_own_has_a_remedy_of_its_own() -> None:
    load_everything()
    for kind in classes_below(ProblemError)[1:]:
        assert ("code" in vars(kind)) == ("advice" in vars(kind)), kind


def test_an_answer_has_its_rows_remedy_unless_its_case_needs_another() -> None:
    assert ProblemError("x").remedy == ProblemError.advice
    assert ProblemError("x", remedy="Do that.").remedy == "Do that."


def test_every_way_a_job_can_fail_is_listed_with_its_remedy() -> None:
    on_page = {code: (plain(happened), plain(remedy)) for code, (happened, remedy) in rows_under("Failed jobs").items()}
    assert on_page == {failure.value: (failure.happened, failure.remedy) for failure in FailureCode}


def test_codes_are_snake_case_and_remedies_sentences() -> None:
    for code, row in {**rows_under("Answers"), **rows_under("Failed jobs")}.items():
        assert re.fullmatch(r"[a-z][a-z_]+", code)
        assert re.fullmatch(r"[A-Z].{10,}\.", row[-1]), code
