"""`python -m omnigen_local.simulator`: settings from the environment."""

import omnigen_shared.quick_start  # noqa: F401 - before all else
from omnigen_local.simulator.app import create_app
from omnigen_local.simulator.server import serve
from omnigen_local.simulator.settings import SimulatorSettings
from omnigen_shared.logging import configure_logging


def main() -> None:
    settings = SimulatorSettings()
    configure_logging("simulator", settings.log_level)
    serve(create_app(settings), settings)


if __name__ == "__main__":
    main()
