"""The gateway without what it does beside its work: `python -m bench.gateway.bare`, with the gateway's own settings.

No rate limit is in it; traces need a collector and logs a level, which are left away by the settings.
"""

from bench.gateway_under_limits import NoLimit
from omnigen_gateway import app
from omnigen_gateway.protocol import BoundedHeadProtocol
from omnigen_gateway.settings import GatewaySettings
from omnigen_shared.http.app import serve


def main() -> None:
    """As the gateway's own entry point, with one part exchanged."""
    settings = GatewaySettings()
    app.RateLimiter = NoLimit  # type: ignore[misc]
    serve("gateway", lambda: app.create_app(settings), settings, http_protocol=BoundedHeadProtocol)


if __name__ == "__main__":
    main()
