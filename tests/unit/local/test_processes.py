import asyncio
import os
import signal
import sys
import textwrap
from pathlib import Path

import pytest
from tests.fakes.waiting import is_alive, wait_for_text, wait_until

from omnigen_local.processes import ProcessEndedError, Processes, Program

ENVIRONMENT = {"PATH": os.environ["PATH"]}
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"


async def wait_until_gone(*pids: int) -> None:
    await wait_until(lambda: not any(is_alive(pid) for pid in pids))


def shell(name: str, script: str) -> Program:
    return Program(name, ("/bin/sh", "-c", script), ENVIRONMENT)


def python(name: str, script: str) -> Program:
    return Program(name, (sys.executable, "-c", script), ENVIRONMENT)


async def test_closing_ends_what_was_started_and_its_children(tmp_path: Path) -> None:
    async with Processes(tmp_path) as processes:
        running = await processes.start(shell("parent", "sleep 600 & echo child $!; wait"))
        child = int((await wait_for_text(tmp_path / "parent.log", "\n")).split()[1])
        assert is_alive(child)
    assert not is_alive(running.pid)
    await wait_until_gone(child)


async def test_a_killed_process_dies_with_its_children_and_may_be_started_again(tmp_path: Path) -> None:
    async with Processes(tmp_path) as processes:
        killed = await processes.start(shell("parent", "sleep 600 & echo child $!; wait"))
        child = int((await wait_for_text(tmp_path / "parent.log", "\n")).split()[1])
        killed.signal_all(signal.SIGKILL)
        assert await killed.wait() == -signal.SIGKILL
        await wait_until_gone(child)
        assert killed.has_ended
        assert processes.find("parent") is killed
        again = await processes.start(killed.program)
        assert processes.find("parent") is again
        assert not again.has_ended
        assert processes.find("nobody") is None
        watching = asyncio.ensure_future(processes.wait_for_end())  # who has been killed and replaced is forgotten
        await asyncio.wait([watching], timeout=0)
        assert not watching.done()
        watching.cancel()


async def test_a_process_that_ignores_sigterm_is_killed_after_the_grace(tmp_path: Path) -> None:
    async with Processes(tmp_path, grace_s=0.2) as processes:
        running = await processes.start(python("deaf", DEAF))
        await wait_for_text(tmp_path / "deaf.log", "up")
    assert await running.wait() == -signal.SIGKILL


async def test_a_process_is_given_time_to_end_by_itself(tmp_path: Path) -> None:
    async with Processes(tmp_path) as processes:
        running = await processes.start(
            shell("tidy", "trap 'echo saved; exit 3' TERM; echo up; while :; do sleep 0.05; done")
        )
        await wait_for_text(tmp_path / "tidy.log", "up")
    assert await running.wait() == 3
    assert (tmp_path / "tidy.log").read_text().endswith("saved\n")


async def test_nothing_of_our_environment_reaches_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "the-users-own")
    async with Processes(tmp_path) as processes:
        running = await processes.start(Program("env", ("/usr/bin/env",), {"ONLY": "$this; 'one'"}))
        await running.wait()
    lines = (tmp_path / "env.log").read_text().splitlines()
    assert "ONLY=$this; 'one'" in lines
    assert not [line for line in lines if line.startswith("AWS_")]


async def test_a_process_that_ends_early_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    async with Processes(tmp_path) as processes:
        await processes.start(shell("steady", "sleep 600"))
        await processes.start(shell("broken", "echo no such table; exit 7"))
        with pytest.raises(ProcessEndedError, match=r"(?s)broken ended with exit code 7; .*broken\.log.*no such table"):
            await processes.wait_for_end()


async def test_waiting_for_one_that_ends_first_says_so(tmp_path: Path) -> None:
    async with Processes(tmp_path) as processes:
        program = shell("brief", "exit 4")
        unready = Program(program.name, program.argv, program.environment, ready_url="http+unix://never")
        running = await processes.start(unready)
        await running.wait()
        with pytest.raises(ProcessEndedError, match="brief ended with exit code 4"):
            await running.wait_ready()


async def test_a_killed_parent_leaves_nothing_behind(tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        import asyncio, pathlib
        from omnigen_local.processes import Processes, Program
        async def main():
            async with Processes(pathlib.Path({str(tmp_path)!r}), grace_s=0.5) as processes:
                await processes.start(Program("a", ("/bin/sh", "-c", "sleep 600 & echo $!; wait"), {ENVIRONMENT!r}))
                await processes.start(Program("b", ({sys.executable!r}, "-c", {DEAF!r}), {{}}))
                print(*[running.pid for running in processes._running], flush=True)
                await asyncio.sleep(600)
        asyncio.run(main())
    """)
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    pids = [int(pid) for pid in (await parent.stdout.readline()).split()]
    grandchild = int(await wait_for_text(tmp_path / "a.log", "\n"))
    await wait_for_text(tmp_path / "b.log", "up")
    parent.kill()
    await parent.wait()
    await wait_until_gone(*pids, grandchild)


async def test_a_program_whose_pid_nobody_knows_never_begins(tmp_path: Path) -> None:
    async with Processes(tmp_path) as processes:
        watchdog = processes._watchdog
        assert watchdog is not None
        watchdog.kill()
        watchdog.wait()
        with pytest.raises(BrokenPipeError):
            await processes.start(shell("orphan", "echo began; sleep 600"))
        (orphan,) = processes._running
        await asyncio.sleep(0.1)
    assert not is_alive(orphan.pid)
    assert (tmp_path / "orphan.log").read_text() == ""
