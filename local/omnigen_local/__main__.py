"""The command line of the local stack."""

import gc
import os
import signal

INTERRUPTED = 128 + signal.SIGINT


def leave(_number: int, _frame: object) -> None:
    """End at once and without a word: for as long as nothing has been started, there is nothing to clean up."""
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, leave)
    gc.disable()  # as in omnigen_shared.quick_start
    from omnigen_local.cli import app  # takes half a second, in which Ctrl-C may come

    gc.freeze()
    gc.enable()
    app()
