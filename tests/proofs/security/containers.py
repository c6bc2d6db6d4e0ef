"""How images are made: hadolint's rules and checkov's. What containers may is the row `containers.promised`."""

from tests.proofs.infra import tools
from tests.proofs.infra.__main__ import DOCKERFILES
from tests.proofs.security.findings import Findings

SEEN = f"{len(DOCKERFILES)} Dockerfiles"


def hadolint() -> Findings:
    """Its warnings, too."""
    return Findings(tools.hadolint(DOCKERFILES), SEEN)


def checkov() -> Findings:
    """A user of one's own, health checks, no SSH, nothing fetched by ADD, no package manager without checks."""
    return Findings([line for path in DOCKERFILES for line in tools.checkov(path, "dockerfile")], SEEN)
