"""What the addons tell the Lambda is what its settings ask for."""

from typing import Any

import pytest

from omnigen_generator.settings import GeneratorSettings
from omnigen_local.addons import Template

SET_BY_LAMBDA = {"AWS_REGION"}


@pytest.fixture(scope="module")
def variables(resources: dict[str, Any]) -> dict[str, Any]:
    entries: dict[str, Any] = resources["GeneratorFunction"]["Properties"]["Environment"]["Variables"]
    return entries


def test_every_variable_is_a_settings_field(variables: dict[str, Any]) -> None:
    assert set(variables) <= {name.upper() for name in GeneratorSettings.model_fields} - SET_BY_LAMBDA


def test_every_field_without_a_default_is_a_variable(variables: dict[str, Any]) -> None:
    required = {name.upper() for name, field in GeneratorSettings.model_fields.items() if field.is_required()}
    assert required - SET_BY_LAMBDA <= set(variables)


def test_defaults_of_both_sides_agree(addons: Template) -> None:
    fields, parameters = GeneratorSettings.model_fields, addons["Parameters"]
    assert float(parameters["ExecutionBudgetS"]["Default"]) == fields["execution_budget_s"].default
    url = str(fields["replicate_api_base_url"].default).rstrip("/")
    assert parameters["ReplicateApiBaseUrl"]["Default"] == url


@pytest.mark.parametrize("service", ["jobs", "quota", "composer"])
def test_a_service_is_found_by_its_alias_unless_an_address_is_given(variables: dict[str, Any], service: str) -> None:
    condition, given, alias = variables[f"{service.upper()}_URL"]["Fn::If"]
    assert condition == f"Has{service.title()}Url"
    assert given == {"Ref": f"{service.title()}Url"}
    assert alias == {"Fn::Sub": f"http://{service}.${{Env}}.${{App}}.local:8080"}


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "OTLP_ENDPOINT"])
def test_an_empty_address_is_no_variable_at_all(variables: dict[str, Any], name: str) -> None:
    assert variables[name]["Fn::If"][2] == {"Ref": "AWS::NoValue"}
