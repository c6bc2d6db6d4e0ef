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
from omnigen_generator.domain.outcomes import FailureCode
from omnigen_jobs.domain.ending import OVERDUE
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


def test_every_problem_code_is_listed_with_its_status() -> None:
    load_everything()
    in_code = {kind.code: str(kind.status) for kind in classes_below(ProblemError)}
    assert {code: row[0] for code, row in rows_under("Answers").items()} == in_code


def test_every_way_a_job_can_fail_is_listed() -> None:
    assert set(rows_under("Failed jobs")) == {*FailureCode, OVERDUE}


def test_codes_are_snake_case_and_say_what_to_do() -> None:
    for code, row in {**rows_under("Answers"), **rows_under("Failed jobs")}.items():
        assert re.fullmatch(r"[a-z][a-z_]+", code)
        assert len(row[-1]) > 10, code
