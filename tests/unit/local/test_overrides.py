import pytest

from omnigen_local.overrides import BadOverrideError, read_overrides


def test_each_unit_gets_its_own_and_nothing_else_is_looked_at() -> None:
    typed = {
        "OMNIGEN_SET_JOBS_DEADLINE_MARGIN_S": "1",
        "OMNIGEN_SET_JOBS_LEASE_S": "30",
        "OMNIGEN_SET_GENERATOR_DEADLINE_RESERVE_S": "5",
        "OMNIGEN_SET_SIMULATOR_VIDEO_LATENCY_S": "0",
        "OMNIGEN_GATEWAY_PORT": "9",
        "LEASE_S": "1",
    }
    assert read_overrides(typed) == {
        "jobs": {"DEADLINE_MARGIN_S": "1", "LEASE_S": "30"},
        "generator": {"DEADLINE_RESERVE_S": "5"},
        "simulator": {"SIMULATOR_VIDEO_LATENCY_S": "0"},
    }


@pytest.mark.parametrize("variable", ["OMNIGEN_SET_DEADLINE_MARGIN_S", "OMNIGEN_SET_JOBS", "OMNIGEN_SET_"])
def test_a_setting_of_nobody_is_refused_by_name(variable: str) -> None:
    with pytest.raises(BadOverrideError, match=rf"{variable}: after OMNIGEN_SET_ comes one of GATEWAY, JOBS, QUOTA"):
        read_overrides({variable: "1"})


def test_no_setting_leads_out_of_this_machine() -> None:
    with pytest.raises(BadOverrideError, match=r"OMNIGEN_SET_JOBS_AWS_ENDPOINT_URL: .* its own emulator only"):
        read_overrides({"OMNIGEN_SET_JOBS_AWS_ENDPOINT_URL": "https://dynamodb.example.invalid"})
