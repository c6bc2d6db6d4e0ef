"""Runs the Lambda in the emulator: a script that lies in its folder, beside awslambdaric.

What it prints goes to the emulator, which keeps it as CloudWatch Logs do, and to a file that can be read.
"""

import os
import runpy
import sys
from typing import Any, TextIO

LOG_VARIABLE = "OMNIGEN_GENERATOR_LOG"
"""Names the file, which every worker appends whole lines to."""


class Both:
    """A stream, and a file that gets the same."""

    def __init__(self, stream: TextIO, file: TextIO) -> None:
        self._stream = stream
        self._file = file

    def write(self, text: str) -> int:
        """As of the stream."""
        self._file.write(text)
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def main() -> None:
    """Never returns while the emulator lives."""
    with open(os.environ.get(LOG_VARIABLE, os.devnull), "a", buffering=1) as file:  # noqa: PTH123 - imports one module less
        sys.stdout, sys.stderr = Both(sys.stdout, file), Both(sys.stderr, file)
        runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
