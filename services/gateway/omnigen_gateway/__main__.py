"""Run the gateway: python -m omnigen_gateway."""

import threading
from typing import Final

import omnigen_shared.quick_start  # noqa: F401 - before all else
from omnigen_gateway.app import create_app
from omnigen_gateway.protocol import BoundedHeadProtocol
from omnigen_gateway.settings import GatewaySettings
from omnigen_shared.http.app import serve

ENDS_WITHIN_S: Final = 26
"""A service answers within 25 s, so nobody who is in is cut off."""


def main() -> None:
    settings = GatewaySettings()
    stop = threading.Event()
    serve(
        "gateway",
        lambda: create_app(settings, is_stopping=stop.is_set),
        settings,
        http_protocol=BoundedHeadProtocol,
        on_stop=stop.set,
        ends_within_s=ENDS_WITHIN_S,
    )


if __name__ == "__main__":
    main()
