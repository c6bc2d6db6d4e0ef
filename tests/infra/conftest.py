"""The addons as Copilot deploys them: merged, with local paths replaced by objects in S3."""

from pathlib import Path
from typing import Any

import pytest

from omnigen_local.addons import Template, merge_addons
from omnigen_local.artefacts import package_template


@pytest.fixture(scope="session")
def addons() -> Template:
    return merge_addons()


@pytest.fixture(scope="session")
def resources(addons: Template) -> dict[str, Any]:
    """Every resource by its logical name."""
    entries: dict[str, Any] = addons["Resources"]
    return entries


@pytest.fixture(scope="session")
def packaged_addons(addons: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """What CloudFormation is given; the artefacts' contents do not matter to it."""
    root = tmp_path_factory.mktemp("root")
    for name in ("build/generator-aws/handler.py", "workflow/omnigen.asl.json"):
        path = Path(root / name)
        path.parent.mkdir(parents=True)
        path.touch()
    packaged, _ = package_template(addons, "artifacts", root)
    return packaged
