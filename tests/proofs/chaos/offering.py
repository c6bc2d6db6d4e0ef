"""Has the processes of a stack offer the proof's own model, as `offer_tiny` does in one process.

The offer is kept by name: it ends with its context manager.
"""

import zipfile
from pathlib import Path
from typing import Final

from tests.proofs.spend import tiny

from omnigen_local.artefacts import ROOT

_LAMBDA: Final = Path("build/generator-local.zip")
_START: Final = "run_lambda.py"
_FIRST: Final = "from tiny import offer_tiny\n\noffer = offer_tiny()\noffer.__enter__()\n"
_SITE: Final = f"""import sys

sys.path.append({str(ROOT)!r})
from tests.proofs.spend.tiny import offer_tiny

offer = offer_tiny()
offer.__enter__()
"""


def make_artefacts(folder: Path) -> Path:
    """A root like the repository's for what the addons deploy: there the Lambda knows the model."""
    (folder / "build").mkdir(parents=True)
    (folder / "workflow").symlink_to(ROOT / "workflow")
    with zipfile.ZipFile(ROOT / _LAMBDA) as original, zipfile.ZipFile(folder / _LAMBDA, "w") as changed:
        for entry in original.infolist():
            body = original.read(entry)
            changed.writestr(entry, (_FIRST.encode() if entry.filename == _START else b"") + body)
        changed.writestr("tiny.py", Path(tiny.__file__).read_bytes())
    return folder


def make_site(folder: Path) -> Path:
    """A folder for PYTHONPATH: a service that finds it knows the model."""
    folder.mkdir(parents=True)
    (folder / "sitecustomize.py").write_text(_SITE)
    return folder
