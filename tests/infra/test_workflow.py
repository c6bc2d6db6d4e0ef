"""What makes a video on AWS: where the function runs, what the state machine may be, and that both are traced."""

from typing import Any

from omnigen_local.addons import Template
from omnigen_local.building import Architecture


def test_the_function_runs_where_the_services_are(resources: dict[str, Any]) -> None:
    function = resources["GeneratorFunction"]["Properties"]
    assert function["VpcConfig"] == {
        "SubnetIds": {"Ref": "PrivateSubnetIds"},
        "SecurityGroupIds": [{"Ref": "EnvironmentSecurityGroup"}],
    }


def test_it_is_for_arm64_unless_somebody_says_otherwise(addons: Template, resources: dict[str, Any]) -> None:
    parameter = addons["Parameters"]["LambdaArchitecture"]
    assert resources["GeneratorFunction"]["Properties"]["Architectures"] == [{"Ref": "LambdaArchitecture"}]
    assert parameter["Default"] == "arm64"
    assert set(parameter["AllowedValues"]) == set(Architecture)


def test_the_state_machine_is_of_either_type(addons: Template, resources: dict[str, Any]) -> None:
    assert resources["StateMachine"]["Properties"]["StateMachineType"] == {"Ref": "StateMachineType"}
    assert set(addons["Parameters"]["StateMachineType"]["AllowedValues"]) == {"EXPRESS", "STANDARD"}


def test_both_are_traced_and_written_down(resources: dict[str, Any]) -> None:
    function, machine = (resources[name]["Properties"] for name in ("GeneratorFunction", "StateMachine"))
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert machine["TracingConfiguration"] == {"Enabled": True}
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": "GeneratorLogs"}}
    (destination,) = machine["LoggingConfiguration"]["Destinations"]
    assert destination["CloudWatchLogsLogGroup"]["LogGroupArn"] == {"Fn::GetAtt": ["WorkflowLogs", "Arn"]}
    assert machine["LoggingConfiguration"]["Level"] != "OFF"


def test_clips_and_rows_do_not_go_through_the_nat_gateways(resources: dict[str, Any]) -> None:
    endpoints = [entry["Properties"] for entry in resources.values() if entry["Type"] == "AWS::EC2::VPCEndpoint"]
    names = {endpoint["ServiceName"]["Fn::Sub"].rpartition(".")[2] for endpoint in endpoints}
    assert names == {"s3", "dynamodb"}
    for endpoint in endpoints:
        assert endpoint["VpcEndpointType"] == "Gateway"
        assert endpoint["RouteTableIds"] == {"Ref": "PrivateRouteTableIds"}
