"""Where the stack's processes listen, and the account that the emulator stands for. Loopback only."""

import os
import random
import socket
from dataclasses import dataclass, fields, replace
from itertools import islice
from typing import Final, Self

LOOPBACK: Final = "127.0.0.1"
REGION: Final = "us-east-1"
CREDENTIALS: Final = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
"""What the emulator is called with. It checks neither."""
NO_ACCOUNTS: Final = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""Whoever looks for an account beyond what is given finds none: the developer's own is never used."""
_CANDIDATES: Final = range(20_000, 32_000)
"""Below the range that the kernel takes the ports of outgoing connections from."""


@dataclass(frozen=True, slots=True)
class Ports:
    """One loopback port for each process but the emulator."""

    gateway: int
    jobs: int
    quota: int
    composer: int
    simulator: int

    @classmethod
    def choose(cls) -> Self:
        """Ports that are free at this moment, no two alike."""
        return cls(*choose_ports(len(fields(cls))))

    def with_free_gateway(self, *preferred: int | None) -> Self:
        """The same with the gateway at the first of the preferred ports that is free, if one is."""
        free = (port for port in preferred if port is not None and is_free(port))
        return replace(self, gateway=next(free, self.gateway))

    def of(self, name: str) -> int:
        """The port of the process with this name."""
        return int(getattr(self, name))

    def url(self, name: str) -> str:
        """Base URL of the process with this name."""
        return f"http://{LOOPBACK}:{self.of(name)}"


def choose_ports(count: int) -> list[int]:
    """So many ports that are free at this moment, no two alike."""
    free = (port for port in random.sample(_CANDIDATES, k=len(_CANDIDATES)) if is_free(port))
    chosen = list(islice(free, count))
    if len(chosen) < count:
        raise OSError(f"no free ports from {_CANDIDATES.start} to {_CANDIDATES.stop - 1}")
    return chosen


def is_free(port: int) -> bool:
    """Whether a server could listen on it now."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
