"""Whether the service in this container answers, for health checks: python -m omnigen_shared.http.alive."""

import os
import sys
from http.client import HTTPConnection
from typing import Final

TIMEOUT_S: Final = 3


def main() -> int:
    """0 if /health answers 200 on PORT of this machine, else 1."""
    connection = HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8080")), timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/health")
        return 0 if connection.getresponse().status == 200 else 1  # noqa: PLR2004 - HTTP's own number
    except OSError:
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
