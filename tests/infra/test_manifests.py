"""What Copilot is told of the services: nothing is misspelt, nothing is missing, nobody else is public."""

import re
import subprocess
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings
from tests.infra.copilot import (
    COPILOT,
    ENVIRONMENTS,
    SERVICES,
    environment_manifest,
    environment_table,
    exports_of,
    imports_of,
    manifest,
    manifest_in,
    patches,
    policy,
)

from omnigen_composer.settings import ComposerSettings
from omnigen_gateway.__main__ import ENDS_WITHIN_S as GATEWAY_ENDS_WITHIN_S
from omnigen_gateway.settings import GatewaySettings
from omnigen_jobs.service.courier import FINISHED_WITHIN_S
from omnigen_jobs.settings import JobsSettings
from omnigen_local.addons import Template
from omnigen_local.artefacts import ROOT
from omnigen_local.provisioning import StackOutputs, output_name
from omnigen_quota.settings import QuotaSettings
from omnigen_shared.http.app import ENDS_WITHIN_S

SETTINGS: dict[str, type[BaseSettings]] = {
    "gateway": GatewaySettings,
    "jobs": JobsSettings,
    "quota": QuotaSettings,
    "composer": ComposerSettings,
}
SET_BY_THE_IMAGE = {"HOST", "PORT"}
SET_BY_ECS = {"AWS_REGION"}
LEFT_TO_DEVELOPERS = {"AWS_ENDPOINT_URL", "LOG_LEVEL", "OTLP_METRICS_ENDPOINT", "TRACE_FILE"}
LEFT_AS_THEY_ARE = {
    service: {"MAX_BODY_BYTES", *LEFT_TO_DEVELOPERS, *names.split()}
    for service, names in {
        "gateway": """ADDRESS_REQUESTS_PER_MIN CORS_ORIGINS GUEST_REQUESTS_PER_MIN IDENTITY_PUBLIC_KEYS RATE_LIMIT_FAILS
            S3_PUBLIC_URL STRANGER_REQUESTS_PER_MIN STREAMS_PER_USER STUDIO_DIR TRACE_SAMPLE_RATIO
            WEBHOOK_REQUESTS_PER_MIN""",
        "jobs": """DEADLINE_MARGIN_S HEARTBEAT_S LEASE_S MEDIA_KEPT_DAYS MEDIA_LINK_TTL_S OUTBOUND_ALLOW_CIDRS
            OUTBOUND_ALLOW_HTTP PLAN_POLL_S REAPER_INTERVAL_S S3_PUBLIC_URL STORYBOARD_HOLD_S TIDY_INTERVAL_S
            WATCH_POLL_S WEBHOOK_INTERVAL_S WEBHOOK_RETRIES_S WEBHOOK_TIMEOUT_S""",
        "quota": "SWEEP_INTERVAL_S",
        "composer": """ABANDON_AFTER_S DEFAULT_WAIT_S FFMPEG_TIME_LIMIT_S LEASE_DURATION_S MAX_CLIP_BYTES
            MAX_CLIP_DURATION_S MAX_CLIP_SIDE_PX MAX_QUEUED MAX_RUNNING MAX_WAIT_S SCRATCH_DIR""",
    }.items()
}
"""Settings whose default is what AWS's environments want. Any other one is a variable or a secret of the manifest."""
PRIVILEGED_PORTS = 1023
LONGEST_STOP_S = 120
"""Fargate gives no task more."""
GIVEN_BACK_WITHIN_S = 4
"""After open requests: leases, sessions, FFmpeg's children."""
READ_BY_PEOPLE = {"WebBucketName", "DistributionId"}
"""Outputs that a deployment of the studio asks for."""


def variables(service: str) -> dict[str, Any]:
    written = manifest(service)
    return {**written["variables"], **written["secrets"]}


@pytest.mark.parametrize("service", SERVICES)
def test_every_variable_is_a_settings_field_that_nobody_else_sets(service: str) -> None:
    fields = {name.upper() for name in SETTINGS[service].model_fields}
    assert set(variables(service)) <= fields - SET_BY_THE_IMAGE - SET_BY_ECS


@pytest.mark.parametrize("service", SERVICES)
def test_every_field_without_a_default_is_a_variable(service: str) -> None:
    required = {name.upper() for name, field in SETTINGS[service].model_fields.items() if field.is_required()}
    assert required <= set(variables(service))


@pytest.mark.parametrize("service", SERVICES)
def test_whatever_has_no_use_on_a_developers_machine_is_told_here(service: str) -> None:
    """Settings whose default is to do without: metrics and traces, which nobody misses until they are needed."""
    assert manifest(service)["variables"]["METRICS_NAMESPACE"] == (
        "${COPILOT_APPLICATION_NAME}-${COPILOT_ENVIRONMENT_NAME}"
    )
    # Copilot's collector stands beside it.
    assert manifest(service)["variables"]["OTLP_ENDPOINT"] == "http://localhost:4318"


@pytest.mark.parametrize("service", SERVICES)
def test_a_field_is_a_variable_or_has_a_default_that_is_meant(service: str) -> None:
    fields = {name.upper() for name in SETTINGS[service].model_fields}
    assert fields - set(variables(service)) == SET_BY_THE_IMAGE | SET_BY_ECS | LEFT_AS_THEY_ARE[service]


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_secret_in_the_settings_is_a_secret_here(service: str) -> None:
    secret = {name.upper() for name, field in SETTINGS[service].model_fields.items() if "Secret" in repr(field)}
    assert secret & set(variables(service)) <= set(manifest(service)["secrets"])


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_taken_from_the_addons_is_exported_by_them(service: str, addons: Template) -> None:
    taken = set(exports_of(service).values()) | imports_of(policy(service)) | imports_of(patches(service))
    assert taken
    assert taken <= set(addons["Outputs"])


def test_nothing_is_exported_for_nobody(addons: Template) -> None:
    used = {output_name(field) for field in StackOutputs.model_fields} | READ_BY_PEOPLE
    for service in SERVICES:
        used |= set(exports_of(service).values()) | imports_of(policy(service)) | imports_of(patches(service))
    assert set(addons["Outputs"]) == used


def test_the_gateway_finds_the_others_by_their_names() -> None:
    assert manifest("gateway")["network"]["connect"] is True


def test_nothing_is_answered_over_plain_http() -> None:
    for environment in ENVIRONMENTS:
        # Copilot redirects to HTTPS unless it is told not to.
        assert manifest_in("gateway", environment)["http"].get("redirect_to_https", True) is True


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_listens_where_it_is_asked_and_where_nobody_needs_to_be_root(service: str) -> None:
    dockerfile = (ROOT / "services" / "Dockerfile").read_text()
    (listening,) = re.findall(r"\bPORT=(\d+)", dockerfile)
    (exposed,) = re.findall(r"\nEXPOSE (\d+)\n", dockerfile)
    assert {int(listening), int(exposed)} == {manifest(service)["image"]["port"]}
    assert int(listening) > PRIVILEGED_PORTS


def test_only_the_gateway_is_public() -> None:
    for service in SERVICES:
        written = manifest(service)
        is_gateway = service == "gateway"
        assert (written["name"], "http" in written) == (service, is_gateway)
        assert written["type"] == ("Load Balanced Web Service" if is_gateway else "Backend Service")
        assert written["network"]["vpc"]["placement"] == "private"


@pytest.mark.parametrize("service", ["jobs", "quota", "composer"])
def test_a_service_goes_by_one_name_for_services_and_the_lambda(service: str, resources: dict[str, Any]) -> None:
    alias = f"{service}.${{COPILOT_ENVIRONMENT_NAME}}.${{COPILOT_APPLICATION_NAME}}.local"
    assert manifest(service)["network"]["connect"]["alias"] == alias
    url = f"http://{alias}:{manifest(service)['image']['port']}"
    callers = [variables(caller) for caller in SERVICES if f"{service.upper()}_URL" in variables(caller)]
    assert callers or service == "composer"
    assert {caller[f"{service.upper()}_URL"] for caller in callers} <= {url}
    told = resources["GeneratorFunction"]["Properties"]["Environment"]["Variables"][f"{service.upper()}_URL"]
    in_cloudformation = url.replace("COPILOT_ENVIRONMENT_NAME", "Env").replace("COPILOT_APPLICATION_NAME", "App")
    assert told["Fn::If"][2] == {"Fn::Sub": in_cloudformation}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_its_own_image_sealed(service: str) -> None:
    written = manifest(service)
    assert written["image"]["build"] == {"dockerfile": "services/Dockerfile", "context": ".", "args": {"UNIT": service}}
    assert written["platform"] == "linux/arm64"
    assert written["storage"] == {"readonly_fs": True, "volumes": {"tmp": {"path": "/tmp", "read_only": False}}}  # noqa: S108
    command = written["image"]["healthcheck"]["command"]
    dockerfile = (ROOT / "services" / "Dockerfile").read_text()
    assert f"CMD {command[1:]}".replace("'", '"') in dockerfile


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_scales_everywhere_and_stands_twice_where_users_are(service: str, environment: str) -> None:
    there = manifest_in(service, environment)
    # A plain number would take the function away that the overrides patch.
    least, most = map(int, there["count"]["range"].split("-"))
    assert least < most
    assert least == (1 if environment == "dev" else 2)
    assert there["observability"] == {"tracing": "awsxray"}
    assert str(there["logging"]["retention"]) == environment_table()[environment]["LogRetentionDays"]


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_open_ends_within_the_time_that_a_task_is_given(service: str) -> None:
    (stop_s,) = [patch["value"] for patch in patches(service) if patch["path"].endswith("0/StopTimeout")]
    open_s = GATEWAY_ENDS_WITHIN_S if service == "gateway" else ENDS_WITHIN_S
    assert open_s + (FINISHED_WITHIN_S if service == "jobs" else 0) + GIVEN_BACK_WITHIN_S <= stop_s <= LONGEST_STOP_S
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"][service]
    assert compose["stop_grace_period"] == f"{stop_s}s"


def test_open_requests_end_before_their_targets_are_forgotten() -> None:
    delay_s = int(manifest("gateway")["http"]["deregistration_delay"].removesuffix("s"))
    assert delay_s >= GATEWAY_ENDS_WITHIN_S + GIVEN_BACK_WITHIN_S


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_environment_has_what_the_overrides_change(name: str) -> None:
    written = environment_manifest(name)
    assert (written["name"], written["type"]) == (name, "Environment")
    # Without them the template has no mappings, and nothing that empties their bucket.
    assert written["http"]["public"]["access_logs"] is True
    assert "cdn" not in written


def test_the_composers_child_fits_into_its_task() -> None:
    limit = int(manifest("composer")["variables"]["FFMPEG_MEMORY_LIMIT_BYTES"])
    for environment in ENVIRONMENTS:
        there = manifest_in("composer", environment)
        cpus = there["cpu"] // 1024
        assert cpus * limit < there["memory"] * 2**20


CHANGES = {
    "services/jobs/omnigen_jobs/app.py": {"backends"},
    "services/gateway/omnigen_gateway/app.py": {"gateway"},
    "services/generator/omnigen_generator/app.py": {"environment"},
    "shared/omnigen_shared/clock.py": {"environment", "backends", "gateway"},
    "copilot/environments/addons/edge.yml": {"environment"},
    "copilot/quota/manifest.yml": {"backends"},
    "copilot/gateway/manifest.yml": {"gateway"},
    "workflow/omnigen.asl.json": {"environment"},
    "services/Dockerfile": {"backends", "gateway"},
    "requirements/composer.txt": {"backends"},
    "web/index.html": {"web"},
    "docs/tour.md": set(),
    "all": {"environment", "backends", "gateway", "web"},
}


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_deploys_what_it_changes(path: str) -> None:
    script = [str(COPILOT / "changes")]
    told = subprocess.run(script, input=f"{path}\n", capture_output=True, text=True, check=True)  # noqa: S603 - our own
    parts = dict(line.split("=") for line in told.stdout.splitlines())
    assert {part for part, is_changed in parts.items() if is_changed == "true"} == CHANGES[path]
