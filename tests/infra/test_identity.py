"""How users get in."""

from typing import Any

from omnigen_gateway.domain.registration import SignUpMode
from omnigen_gateway.settings import GatewaySettings
from omnigen_local.addons import Template
from omnigen_shared.contracts.spending import PlanName


def test_a_user_is_named_by_a_verified_address(resources: dict[str, Any]) -> None:
    pool = resources["UserPool"]["Properties"]
    assert pool["UsernameAttributes"] == ["email"]
    assert pool["AutoVerifiedAttributes"] == ["email"]
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}
    assert pool["UserAttributeUpdateSettings"]["AttributesRequireVerificationBeforeUpdate"] == ["email"]


def test_the_client_takes_passwords_of_programs_and_codes_of_browsers(resources: dict[str, Any]) -> None:
    client = resources["UserPoolClient"]["Properties"]
    assert client["ExplicitAuthFlows"] == ["ALLOW_USER_PASSWORD_AUTH"]
    assert client["RefreshTokenRotation"] == {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60}
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["GenerateSecret"] is False
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["CallbackURLs"] == [{"Fn::Sub": "${PublicBaseUrl}/api/v1/auth/callback"}]


def test_nobody_signs_up_by_themselves_unless_somebody_says_so(addons: Template, resources: dict[str, Any]) -> None:
    parameters = addons["Parameters"]
    config = resources["UserPool"]["Properties"]["AdminCreateUserConfig"]
    assert config == {"AllowAdminCreateUserOnly": {"Fn::If": ["IsByInvitation", True, False]}}
    assert parameters["SignUpMode"]["Default"] == "invite"
    assert set(parameters["SignUpMode"]["AllowedValues"]) == set(SignUpMode)
    assert GatewaySettings.model_fields["sign_up_mode"].default is SignUpMode.INVITE


def test_there_is_a_group_for_each_plan_and_the_better_plan_wins(resources: dict[str, Any]) -> None:
    groups = [entry["Properties"] for entry in resources.values() if entry["Type"] == "AWS::Cognito::UserPoolGroup"]
    by_precedence = sorted(groups, key=lambda group: group["Precedence"])
    assert [group["GroupName"] for group in by_precedence] == [plan.value for plan in reversed(PlanName)]


def test_who_wants_a_second_factor_has_one(resources: dict[str, Any]) -> None:
    pool = resources["UserPool"]["Properties"]
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("OPTIONAL", ["SOFTWARE_TOKEN_MFA"])
