"""`python -m omnigen_composer`: the service, as its environment describes it."""

import threading

import omnigen_shared.quick_start  # noqa: F401 - before all else
from omnigen_composer.app import create_app
from omnigen_composer.settings import ComposerSettings
from omnigen_shared.http.app import serve


def main() -> None:
    settings = ComposerSettings()
    stop = threading.Event()
    serve("composer", lambda: create_app(settings, is_stopping=stop.is_set), settings, on_stop=stop.set, loop="asyncio")


if __name__ == "__main__":
    main()
