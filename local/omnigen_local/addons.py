"""The environment's addons, merged into one template as Copilot merges them.

Copilot reads every template of the folder in the order of the names and puts their sections together. A name may stand
in two files only when both define it alike; references across files work, because one stack comes out.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

ADDONS: Final = Path(__file__).parents[2] / "copilot" / "environments" / "addons"
PARAMETERS_FILE: Final = "addons.parameters.yml"
SECTIONS: Final = ("Metadata", "Parameters", "Mappings", "Conditions", "Transform", "Resources", "Outputs")

Template = dict[str, Any]


class AddonConflictError(Exception):
    """Two files define one name differently."""


class _CloudFormationLoader(yaml.SafeLoader):
    """Reads the short forms (`!Ref x`) as their long ones (`{"Ref": "x"}`)."""


def read_template(path: Path) -> Template:
    """A CloudFormation YAML file as plain JSON values."""
    template = read_intrinsics(path)
    if not isinstance(template, dict):
        raise TypeError(f"{path} is not a mapping")
    return template


def read_intrinsics(path: Path) -> Any:
    """Any YAML with CloudFormation's functions in it as plain JSON values."""
    return yaml.load(path.read_text(), Loader=_CloudFormationLoader)  # noqa: S506 - a SafeLoader with tags


def merge_addons(folder: Path = ADDONS) -> Template:
    """One template of all files but addons.parameters.yml. AddonConflictError names what two files disagree on."""
    merged: Template = {}
    for path in addon_paths(folder):
        for section, entries in read_template(path).items():
            if section not in SECTIONS:
                raise AddonConflictError(f"{path.name}: Copilot does not merge the section {section}")
            _merge_section(merged.setdefault(section, {}), entries, f"{path.name}: {section}")
    return {section: merged[section] for section in SECTIONS if section in merged}


def addon_paths(folder: Path = ADDONS) -> Iterator[Path]:
    """The template files, in Copilot's order."""
    for path in sorted(folder.iterdir()):
        if path.suffix in {".yml", ".yaml"} and path.name != PARAMETERS_FILE:
            yield path


def _merge_section(merged: dict[str, Any], entries: dict[str, Any], where: str) -> None:
    for name, definition in entries.items():
        if merged.setdefault(name, definition) != definition:
            raise AddonConflictError(f"{where}.{name} differs from another file's")


def _construct_tag(loader: _CloudFormationLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value = _construct_value(loader, node)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


def _construct_value(loader: _CloudFormationLoader, node: yaml.Node) -> Any:
    match node:
        case yaml.ScalarNode():
            return loader.construct_scalar(node)
        case yaml.SequenceNode():
            return loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            return loader.construct_mapping(node, deep=True)
    raise TypeError(f"unknown YAML node at {node.start_mark}")


_CloudFormationLoader.add_multi_constructor("!", _construct_tag)
