"""Where the stack's processes listen, and the account that the emulator stands for. Loopback only."""

import os
import random
import socket
from collections.abc import Sequence
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
        """Free ports, no two alike."""
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


def choose_ports(count: int, candidates: Sequence[int] = _CANDIDATES) -> list[int]:
    """So many free ports, no two alike, that no stack beside this one chooses while this process lives."""
    ours = (port for port in random.sample(candidates, k=len(candidates)) if is_free(port) and _claim(port))
    chosen = list(islice(ours, count))
    if len(chosen) < count:
        raise OSError(f"no free ports from {candidates[0]} to {candidates[-1]}")
    return chosen


def _claim(port: int) -> bool:
    """Whether nobody else who chooses ports like this has it. Seconds pass before the server that it is for listens.

    The claim is a UDP socket with that number: it takes nothing from the server and ends with this process.
    """
    claim = socket.socket(type=socket.SOCK_DGRAM)
    try:
        claim.bind((LOOPBACK, port))
    except OSError:
        claim.close()
        return False
    claim.detach()
    return True


def is_free(port: int) -> bool:
    """Whether a server could listen on it now."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
