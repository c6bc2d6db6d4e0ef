"""Run the gateway: python -m omnigen_gateway."""

import omnigen_shared.quick_start  # noqa: F401 - before all else
from omnigen_gateway.app import create_app
from omnigen_gateway.protocol import BoundedHeadProtocol
from omnigen_gateway.settings import GatewaySettings
from omnigen_shared.http.app import serve


def main() -> None:
    settings = GatewaySettings()
    serve("gateway", lambda: create_app(settings), settings, http_protocol=BoundedHeadProtocol)


if __name__ == "__main__":
    main()
