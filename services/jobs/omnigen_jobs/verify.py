"""`python -m omnigen_jobs.verify RECEIPT KEYS`: whether a receipt is as we have signed it. Both are files of JSON.

KEYS is the answer of GET /api/v1/receipts/keys. Exit codes: 0 signed by one of them and unchanged since; 1 not; 2 a
mistaken command.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from omnigen_jobs.clients.sealing import is_sealed


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m omnigen_jobs.verify", description="Is this receipt ours?")
    parser.add_argument("receipt", type=Path, help="the answer of GET /api/v1/jobs/{id}/receipt")
    parser.add_argument("keys", type=Path, help="the answer of GET /api/v1/receipts/keys")
    command = parser.parse_args(arguments)
    try:
        receipt, keys = _read(command.receipt), _read(command.keys)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    is_ours = is_sealed(receipt, keys.get("keys") or [])
    verdict = "signed, and unchanged since" if is_ours else "NOT as one of these keys has signed it"
    sys.stdout.write(f"{receipt.get('job_id')}: {verdict}\n")
    return 0 if is_ours else 1


def _read(path: Path) -> dict[str, Any]:
    found = orjson.loads(path.read_bytes())
    if not isinstance(found, dict):
        raise ValueError(f"{path} is no JSON object")  # noqa: TRY004 - what a file holds is a value
    return found


if __name__ == "__main__":
    sys.exit(main())
