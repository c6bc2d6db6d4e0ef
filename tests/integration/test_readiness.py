"""Waiting until a process can be used, and ports that are free."""

import os
import socket
import sys
from pathlib import Path

import pytest

from omnigen_local.addresses import LOOPBACK, Ports, choose_ports, is_free
from omnigen_local.processes import ProcessEndedError, Processes, Program, wait_all_ready

SERVER = """
import http.server, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    asked = 0
    def do_GET(self):
        Handler.asked += 1
        print("asked", Handler.asked, flush=True)
        self.send_response(200 if Handler.asked > int(sys.argv[2]) else 503)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def server(port: int, refusals: int) -> Program:
    argv = (sys.executable, "-c", SERVER, str(port), str(refusals))
    return Program(f"server-{port}", argv, {"PATH": os.environ["PATH"]}, f"http://{LOOPBACK}:{port}/ready")


async def test_ready_means_that_it_says_so_itself(tmp_path: Path) -> None:
    port = Ports.choose().jobs
    async with Processes(tmp_path) as processes:
        running = await processes.start(server(port, refusals=2))
        await running.wait_ready()
        assert "asked 3" in running.log_path.read_text()


async def test_one_that_never_gets_ready_is_named(tmp_path: Path) -> None:
    ports = Ports.choose()
    async with Processes(tmp_path) as processes:
        good = await processes.start(server(ports.jobs, refusals=0))
        bad = await processes.start(server(ports.quota, refusals=10**9))
        with pytest.raises(ProcessEndedError, match=rf"server-{ports.quota} was not ready after 2 s"):
            await wait_all_ready([good, bad], timeout_s=2)


def test_ports_are_free_and_no_two_alike() -> None:
    ports = Ports.choose()
    numbers = [ports.of(name) for name in ("gateway", "jobs", "quota", "composer", "simulator")]
    assert len(set(numbers)) == len(numbers)
    assert all(is_free(number) for number in numbers)


def test_what_was_chosen_once_is_not_chosen_again_while_nobody_listens_yet() -> None:
    chosen = choose_ports(2)
    with pytest.raises(OSError, match="no free ports"):
        choose_ports(1, chosen)
    assert all(is_free(port) for port in chosen), "the server that they are for can listen"


def test_the_gateway_takes_the_preferred_port_if_it_is_free() -> None:
    ports, preferred = Ports.choose(), Ports.choose().gateway
    assert ports.with_free_gateway(None, preferred).gateway == preferred
    with socket.socket() as taken:
        taken.bind((LOOPBACK, preferred))
        taken.listen()
        assert ports.with_free_gateway(preferred) == ports
        assert ports.with_free_gateway(preferred, ports.jobs).gateway == ports.jobs
