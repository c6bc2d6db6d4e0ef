"""docker compose on a fresh clone of what is committed, under a project name and on ports of its own."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import urlopen

from omnigen_local.addresses import Ports
from omnigen_local.artefacts import ROOT

PROJECT: Final = "omnigen-proof"
SERVICES: Final = ("gateway", "jobs", "quota", "composer")
BASE_IMAGE: Final = "python:3.13-slim"
MEGABYTE: Final = 1_000_000
COLLECTOR: Final = "http://jaeger:4318"
HEALTHY_WITHIN_S: Final = 300
READY_WITHIN_S: Final = 60
KILLED: Final = 137
"""The exit code of what was not done when its time was over."""
DIES_ONCE: Final = """
if mkdir /studio/half 2>/dev/null; then rm -rf /studio/index.html /studio/assets; kill -9 $$; fi
rmdir /studio/half && exec "$@"
"""
"""Before the studio's own command: at first it takes away what was there, and dies."""


@dataclass(frozen=True, slots=True)
class Compose:
    """One project. CalledProcessError, with what docker said, when a command fails."""

    folder: Path
    gateway_port: int
    emulator_port: int
    collector_port: int

    @property
    def gateway_url(self) -> str:
        return f"http://localhost:{self.gateway_port}"

    @property
    def emulator_url(self) -> str:
        return f"http://localhost:{self.emulator_port}"

    def run(self, *arguments: str, **variables: str) -> str:
        ports = {
            "OMNIGEN_GATEWAY_PORT": str(self.gateway_port),
            "OMNIGEN_EMULATOR_PORT": str(self.emulator_port),
            "OMNIGEN_COLLECTOR_PORT": str(self.collector_port),
        }
        return _run(["docker", "compose", "-p", PROJECT, *arguments], self.folder, {**os.environ, **ports, **variables})

    def up(self) -> None:
        """Everything stands and is healthy."""
        self.run("up", "--build", "--wait", "--wait-timeout", "900", "--quiet-pull")

    def observe(self) -> None:
        """Everything stands as with the profile `observe`, but for what takes the spans: that is the collector here."""
        files = ("-f", "docker-compose.yml", "-f", "tests/proofs/compose/collector.yml")
        self.run(*files, "--profile", "observe", "up", "--wait", "--wait-timeout", "300", OTLP_ENDPOINT=COLLECTOR)

    def inspect(self, service: str) -> dict[str, Any]:
        """The service's container, as docker tells of it."""
        container = self.run("ps", "--all", "--quiet", service).split()[0]
        entries: list[dict[str, Any]] = json.loads(_run(["docker", "inspect", container], self.folder))
        return entries[0]

    def kill(self, service: str) -> None:
        """End everything in the container but its init, which cannot be killed from inside, by SIGKILL."""
        _run(["docker", "exec", self.inspect(service)["Id"], "sh", "-c", "kill -9 -1"], self.folder, is_checked=False)

    def restarts(self, service: str) -> int:
        return int(self.inspect(service)["RestartCount"])

    def wait_healthy(self, service: str) -> None:
        """TimeoutError when it does not get there."""
        wait_until(
            lambda: self.inspect(service)["State"].get("Health", {}).get("Status") == "healthy", HEALTHY_WITHIN_S
        )

    def kill_studio_half_way(self) -> None:
        """TimeoutError unless it begins again by itself, and does what it is for."""
        (told,) = json.loads(_run(["docker", "image", "inspect", "omnigen/studio"], self.folder))
        command = [word.replace("$", "$$") for word in ("sh", "-c", DIES_ONCE, "sh", *told["Config"]["Cmd"])]
        killed = self.folder / "build" / "killed-studio.json"
        killed.parent.mkdir(exist_ok=True)
        killed.write_text(json.dumps({"services": {"studio": {"entrypoint": command}}}))
        files = ("-f", "docker-compose.yml", "-f", str(killed))
        self.run(*files, "up", "--no-deps", "--no-build", "--force-recreate", "--detach", "studio")
        wait_until(lambda: self._ended_well("studio"), READY_WITHIN_S)

    def _ended_well(self, service: str) -> bool:
        state = self.inspect(service)["State"]
        return bool(state["Status"] == "exited" and state["ExitCode"] == 0)

    def replace(self, service: str) -> int:
        """What an update does: the old container is told to stop, a new one takes its place. Its exit code."""
        self.run("stop", service)
        code = int(self.inspect(service)["State"]["ExitCode"])
        self.run("up", "--no-deps", "--no-build", "--force-recreate", "--wait", "--detach", service)
        return code

    def serves_studio(self) -> bool:
        """Whether the page is there, and the script that it names."""
        page = read(f"{self.gateway_url}/")
        script = re.search(r'src="(/assets/[^"]+\.js)"', page)
        return script is not None and bool(read(self.gateway_url + script[1]))

    def seconds_to_ready(self, service: str) -> float:
        """From the start of a new container to its first /ready."""
        self.run("up", "--no-deps", "--no-build", "--force-recreate", "--detach", service)
        told = self.inspect(service)
        (network,) = told["NetworkSettings"]["Networks"].values()
        wait_until(lambda: _answers(f"http://{network['IPAddress']}:8080/ready"), READY_WITHIN_S, pause_s=0.02)
        started = datetime.fromisoformat(told["State"]["StartedAt"])
        return time.time() - started.timestamp()


def has_engine() -> bool:
    """Whether docker is installed and its engine answers."""
    docker = shutil.which("docker")
    return docker is not None and subprocess.run([docker, "info"], capture_output=True, check=False).returncode == 0  # noqa: S603 - our own command


def image_bytes(image: str) -> int:
    return int(_run(["docker", "image", "inspect", "--format", "{{.Size}}", image], ROOT))


@contextmanager
def fresh_project(folder: Path) -> Iterator[Compose]:
    """A clone of what is committed here; afterwards containers and volumes are gone."""
    _run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder)], ROOT)
    ports = Ports.choose()
    compose = Compose(folder, ports.gateway, ports.simulator, ports.composer)
    try:
        yield compose
    finally:
        compose.run("--profile", "observe", "down", "--volumes", "--timeout", "30")


def wait_until(holds: Callable[[], bool], within_s: float, pause_s: float = 0.5) -> None:
    """TimeoutError when it does not within that time."""
    ends_at = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > ends_at:
            raise TimeoutError(f"not within {within_s:g} s")
        time.sleep(pause_s)


def read(url: str) -> str:
    """What is there; nothing where it is not."""
    try:
        with urlopen(url, timeout=10) as answer:  # noqa: S310 - an address of a container of ours
            return str(answer.read().decode())
    except (URLError, OSError):
        return ""


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:  # noqa: S310 - an address of a container of ours
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _run(
    command: list[str], folder: Path, environment: dict[str, str] | None = None, *, is_checked: bool = True
) -> str:
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own commands
    if is_checked and ended.returncode:
        error = subprocess.CalledProcessError(ended.returncode, command, ended.stdout, ended.stderr)
        error.add_note(ended.stderr[-3000:])
        raise error
    return ended.stdout
