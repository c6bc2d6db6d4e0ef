"""docker-compose.yml and the Dockerfiles keep what conventions promise."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from omnigen_local.containers import ContainerSettings
from omnigen_local.emulator import emulator_environment

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
ON_DEMAND = {name for name, service in SERVICES.items() if "profiles" in service}
"""Not there unless somebody asks for them; images of others."""
BASES = ("python:3.13-slim", "node:22-slim")
PRODUCT = ("gateway", "jobs", "quota", "composer")
DOCKERFILES = [ROOT / "local" / "Dockerfile", ROOT / "services" / "Dockerfile"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_sealed(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


def test_only_the_gateway_and_the_emulator_are_published_and_only_to_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) - ON_DEMAND == {"gateway", "emulator"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_whatever_dies_begins_again() -> None:
    ending = {"provisioning", "studio"}
    assert {name: service["restart"] for name, service in SERVICES.items()} == {
        name: "on-failure:3" if name in ending else "unless-stopped" for name in SERVICES
    }
    waited_for = {
        name
        for service in SERVICES.values()
        for name, how in service.get("depends_on", {}).items()
        if how["condition"] == "service_completed_successfully"
    }
    assert waited_for == ending


def test_services_wait_for_what_they_need() -> None:
    for name in (*PRODUCT, "simulator"):
        assert SERVICES[name]["depends_on"]["provisioning"]["condition"] == "service_completed_successfully"
    assert SERVICES["provisioning"]["depends_on"]["emulator"]["condition"] == "service_healthy"
    for name in ("jobs", "quota", "composer", "simulator"):
        assert SERVICES["gateway"]["depends_on"][name]["condition"] == "service_healthy"


def test_provisioning_is_told_exactly_what_it_asks_for() -> None:
    told = set(SERVICES["provisioning"]["environment"])
    assert told == {f"OMNIGEN_{name}".upper() for name in ContainerSettings.model_fields}


@pytest.mark.parametrize("name", [*PRODUCT, "simulator"])
def test_a_container_reads_its_own_settings_and_nobody_elses(name: str) -> None:
    mounted = [volume for volume in SERVICES[name]["volumes"] if "settings" in volume]
    assert mounted == [f"{name}-settings:/settings:ro"]
    assert f"{name}-settings:/settings/{name}" in SERVICES["provisioning"]["volumes"]


def test_every_volume_that_is_mounted_is_declared_and_the_other_way_round() -> None:
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"])


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.parent.name)
def test_an_image_runs_as_nobody_and_installs_pins_only(path: Path) -> None:
    text = path.read_text()
    stages = [line.split() for line in text.splitlines() if line.startswith("FROM ")]
    known = {*BASES, *(stage[-1] for stage in stages)}
    assert all(stage[1] in known for stage in stages)
    assert "useradd --uid 10001" in text
    assert text.count("\nUSER 10001:10001\n") == text.count("\nCMD ")
    installs = [step for step in text.replace("\\\n", " ").split("\n") if "pip install" in step]
    assert installs
    assert all("--require-hashes" in step or "--build-constraints" in step for step in installs)
    assert "npm install" not in text


def test_the_emulator_is_told_in_a_container_what_it_is_told_as_a_process() -> None:
    text = (ROOT / "local" / "Dockerfile").read_text()
    told = dict(re.findall(r"\b([A-Z][A-Z0-9_]+)=(\S+)", text.split(" AS emulator\n")[1].split("\nFROM ")[0]))
    as_process = emulator_environment(4566, Path("/tmp"), Path("/state"), Path("/tmp"))  # noqa: S108 - the container's
    elsewhere = {
        "PATH",
        "TMPDIR",
        "BIND_HOST",
        "MINISTACK_HOST",
        "LOG_LEVEL",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
    }
    wanted = {name: value for name, value in as_process.items() if name not in elsewhere}
    assert wanted.items() <= told.items()


@pytest.mark.parametrize("name", PRODUCT)
def test_traces_are_kept_where_somebody_says_so(name: str) -> None:
    """A name without a value: it is handed on where compose has it, and is not there where it has not."""
    assert "OTLP_ENDPOINT" in SERVICES[name]["environment"]
    assert SERVICES["jaeger"]["profiles"] == ["observe"]


@pytest.mark.parametrize("name", PRODUCT)
def test_a_service_is_built_from_its_own_pins_and_started_by_its_own_name(name: str) -> None:
    assert SERVICES[name]["build"] == {"context": ".", "dockerfile": "services/Dockerfile", "args": {"UNIT": name}}
    assert (ROOT / "requirements" / f"{name}.txt").exists()
    assert SERVICES[name]["command"][-1].endswith(f"exec python -m omnigen_{name}")


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ON_DEMAND - {"provisioning"}))
def test_every_image_that_stays_up_tells_its_health(name: str) -> None:
    build = SERVICES[name]["build"]
    text = (ROOT / build["dockerfile"]).read_text()
    stage = text.split(f" AS {build['target']}\n")[1].split("\nFROM ")[0] if "target" in build else text
    assert "HEALTHCHECK" in stage
