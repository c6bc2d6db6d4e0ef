"""The peers, each started once and asked in turn."""

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tests.fakes.tokens import CLIENT_ID, ISSUER

from bench.gateway.ground import Ground, find_program
from bench.processes import list_tree
from omnigen_local.addresses import choose_ports
from omnigen_local.processes import Running

_PYTHON: Final = (sys.executable,)


@dataclass(frozen=True)
class Peer:
    """All of its processes, whose CPU is counted, and where it listens."""

    port: int
    pids: Sequence[int]

    @classmethod
    def of(cls, port: int, *running: Running) -> "Peer":
        return cls(port, [pid for each in running for pid in list_tree(each.pid)])


async def start_app(ground: Ground, module: str) -> Peer:
    """One of the apps in `rivals`, as uvicorn is best run."""
    [port] = choose_ports(1)
    return Peer.of(port, await _serve(ground, module, port))


async def start_nginx(ground: Ground) -> Peer:
    """As a proxy that lets everybody in."""
    [port] = choose_ports(1)
    return Peer.of(port, await _start_nginx(ground, "nginx", port, guard="", verifier=ground.upstream))


async def start_auth_request(ground: Ground) -> Peer:
    """As a proxy that asks a verifier in Python of every request."""
    port, verifier = choose_ports(2)
    asked = await _serve(ground, "verifier", verifier)
    guard = "auth_request /verify; auth_request_set $user $upstream_http_x_user; proxy_set_header X-User $user; "
    guard += 'proxy_set_header Authorization ""; proxy_set_header Connection "";'
    name = "nginx_auth_request"
    return Peer.of(port, await _start_nginx(ground, name, port, guard=guard, verifier=f"127.0.0.1:{verifier}"), asked)


async def start_haproxy(ground: Ground) -> Peer:
    """As a proxy that verifies by itself."""
    [port] = choose_ports(1)
    values = {"port": port, "issuer": ISSUER, "client_id": CLIENT_ID, "public_key": ground.public_key}
    config = ground.write_config("haproxy.cfg", "haproxy", **values)
    return Peer.of(port, await ground.start("haproxy", (find_program("haproxy"), "-db", "-f", str(config)), port, {}))


async def start_bare(ground: Ground) -> Peer:
    """Ours without rate limit, logs and traces."""
    changes = {**ground.gateway, "LOG_LEVEL": "WARNING", "OTLP_ENDPOINT": "", "OTLP_METRICS_ENDPOINT": ""}
    return await _start_ours(ground, "bare", "bench.gateway.bare", changes)


async def start_shipped(ground: Ground) -> Peer:
    """Ours."""
    return await _start_ours(ground, "shipped", "omnigen_gateway", ground.gateway)


PEERS: Final[Mapping[str, Callable[[Ground], Awaitable[Peer]]]] = {
    "floor": lambda ground: start_app(ground, "floor"),
    "floor_typed": lambda ground: start_app(ground, "floor_typed"),
    "httpx": lambda ground: start_app(ground, "by_httpx"),
    "aiohttp": lambda ground: start_app(ground, "by_aiohttp"),
    "auth_request": start_auth_request,
    "haproxy": start_haproxy,
    "nginx": start_nginx,
    "least": lambda ground: start_app(ground, "least"),
    "bare": start_bare,
    "shipped": start_shipped,
}


async def _start_ours(ground: Ground, name: str, module: str, settings: Mapping[str, str]) -> Peer:
    [port] = choose_ports(1)
    given = {key: value for key, value in settings.items() if value}
    return Peer.of(port, await ground.start(name, (*_PYTHON, "-m", module), port, given))


async def _serve(ground: Ground, module: str, port: int) -> Running:
    options = ("--port", str(port), "--loop", "uvloop", "--http", "httptools", "--log-level", "warning")
    argv = (*_PYTHON, "-m", "uvicorn", f"bench.gateway.rivals.{module}:app", *options, "--no-access-log")
    told = {"PUBLIC_KEY": str(ground.public_key), "ISSUER": ISSUER, "CLIENT_ID": CLIENT_ID}
    return await ground.start(module, argv, port, {**told, "UPSTREAM": f"http://{ground.upstream}"})


async def _start_nginx(ground: Ground, name: str, port: int, **values: object) -> Running:
    config = ground.write_config("nginx.conf", name, port=port, **values)
    return await ground.start(name, (find_program("nginx"), "-c", str(config)), port, {})
