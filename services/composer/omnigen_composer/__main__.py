"""`python -m omnigen_composer`: the service, as its environment describes it."""

import omnigen_shared.quick_start  # noqa: F401 - before all else
from omnigen_composer.app import create_app
from omnigen_composer.settings import ComposerSettings
from omnigen_shared.http.app import serve


def main() -> None:
    settings = ComposerSettings()
    serve("composer", lambda: create_app(settings), settings, loop="asyncio")


if __name__ == "__main__":
    main()
