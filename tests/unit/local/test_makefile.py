import os
import subprocess
from pathlib import Path

from omnigen_local.demo.order import DEFAULTS, DURATIONS_S, PROMPT_CHARS
from omnigen_shared.contracts.media import AspectRatio, Resolution
from omnigen_shared.contracts.seeds import SEEDS

ROOT = Path(__file__).parents[3]


def test_help_lists_targets_under_headings_and_the_values_of_a_demo() -> None:
    command = ["make", "-s", "help"]
    environment = {"PATH": os.environ["PATH"]}
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout  # noqa: S603
    lines = told.splitlines()
    assert "\x1b" not in told
    headings = [line for line in lines if line and not line.startswith(" ")]
    assert {"Use it", "Work on it", "Parts"} <= set(headings)
    for target in ("demo", "up", "status", "down", "test", "ci"):
        assert [line for line in lines if line.startswith(f"  {target} ")]
    values = {line.strip().partition("=")[0]: line.strip() for line in lines if "=" in line}
    assert values.keys() >= {name.upper() for name in DEFAULTS}
    for name, allowed in (
        ("PROMPT", (PROMPT_CHARS.start, PROMPT_CHARS.stop - 1)),
        ("DURATION", (DEFAULTS["duration"], DURATIONS_S.start, DURATIONS_S.stop - 1)),
        ("ASPECT", AspectRatio),
        ("RESOLUTION", Resolution),
        ("SEED", (DEFAULTS["seed"], SEEDS.start, SEEDS.stop - 1)),
        ("OUT", (DEFAULTS["out"],)),
    ):
        assert [value for value in allowed if str(value) not in values[name]] == []
