"""The demo as a newcomer runs it: a process of its own, its values in the environment."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import pytest
from tests.fakes.waiting import wait_until
from tests.integration.hops import check_video_trace

from omnigen_local.traces import Trace
from omnigen_shared.signals import COST_MICROUSD, INTENT_ID, JOB_ID, MODEL, SCENE

ROOT = Path(__file__).parents[2]
PROMPT = 'it\'s "5 $HOME" & `id`; $(id) coffee \\ 100%'
needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds processes by /proc")


def find_left_over(marker: Path) -> list[str]:
    """Command lines of the processes whose environment or arguments name the folder."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        except (PermissionError, FileNotFoundError, ProcessLookupError):
            continue
        if str(marker).encode() in told:
            found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@dataclass(slots=True)
class Demo:
    process: asyncio.subprocess.Process
    lines: list[str]
    folder: Path

    async def read_until(self, text: str) -> None:
        assert self.process.stdout is not None
        async with asyncio.timeout(90):
            async for line in self.process.stdout:
                self.lines.append(line.decode().rstrip())
                if text in self.lines[-1]:
                    return
        raise AssertionError("\n".join(self.lines))

    def hang_up(self) -> None:
        """Close our end of its standard output."""
        transport = self.process._transport.get_pipe_transport(1)  # type: ignore[attr-defined]
        transport.close()

    async def end(self) -> int:
        assert self.process.stdout is not None
        async with asyncio.timeout(120):
            rest = await self.process.stdout.read()
            self.lines += rest.decode().splitlines()
            return await self.process.wait()


@asynccontextmanager
async def start_demo(folder: Path, stderr: int = asyncio.subprocess.STDOUT, **values: str) -> AsyncIterator[Demo]:
    scratch = folder / "tmp"
    scratch.mkdir()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "omnigen_local", "demo"),
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "TMPDIR": str(scratch),
            "DURATION": "5",
            "ASPECT": "1:1",
            "RESOLUTION": "480p",
            **values,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
    )
    try:
        yield Demo(process, [], folder)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def check_trace(trace: Trace) -> None:
    """What each paid call was and cost, and whose all of it is."""
    paid = [span for span in trace.spans if span.name == "provider.predict"]
    assert {span.attributes.get(SCENE) for span in paid} >= {None, 1}
    assert all(span.attributes[MODEL] and span.attributes[COST_MICROUSD] > 0 for span in paid)
    [complete] = [span for span in trace.spans if span.name.endswith("/complete")]
    # Two runs of a step may both have seen the end of one call, which is paid once.
    prices = {span.attributes[INTENT_ID]: span.attributes[COST_MICROUSD] for span in paid}
    assert complete.attributes[COST_MICROUSD] == sum(prices.values())
    assert len({span.attributes[JOB_ID] for span in trace.spans if JOB_ID in span.attributes}) == 1


@needs_proc
async def test_a_prompt_becomes_a_file_and_three_lines(tmp_path: Path) -> None:
    async with start_demo(tmp_path, PROMPT=PROMPT, OUT="film.mp4", TRACE="trace.jsonl") as demo:
        assert await demo.end() == 0, "\n".join(demo.lines)
    file, video, cost = demo.lines[-3:]
    size_mb = (tmp_path / "film.mp4").stat().st_size / 1_000_000
    assert file == f"file   film.mp4  {size_mb:.1f} MB  480x480"
    assert video.endswith("5.0 s, 150 frames at 30 a second")
    assert cost.startswith("cost   $0.")
    assert not any("\x1b" in line for line in demo.lines)
    with av.open(tmp_path / "film.mp4") as container:
        assert sum(1 for _ in container.decode(video=0)) == 150
    check_trace(check_video_trace(tmp_path / "trace.jsonl", PROMPT))
    assert names_in(tmp_path) == ["film.mp4", "tmp", "trace.jsonl"]
    assert names_in(tmp_path / "tmp") == []
    assert find_left_over(tmp_path) == []


@needs_proc
@pytest.mark.parametrize(
    ("number", "moment", "code"),
    [(signal.SIGINT, "generating", 130), (signal.SIGTERM, "services", 143), (signal.SIGINT, "emulator", 130)],
)
async def test_an_interrupted_demo_leaves_nothing(tmp_path: Path, number: int, moment: str, code: int) -> None:
    async with start_demo(tmp_path) as demo:
        await demo.read_until(moment)
        demo.process.send_signal(number)
        assert await demo.end() == code, "\n".join(demo.lines)
    assert find_left_over(tmp_path) == []
    assert names_in(tmp_path / "tmp") == []
    assert not (tmp_path / "omnigen-demo.mp4").exists()


@needs_proc
async def test_a_killed_demo_leaves_no_process(tmp_path: Path) -> None:
    async with start_demo(tmp_path) as demo:
        await demo.read_until("generating")
        assert find_left_over(tmp_path)
        demo.process.kill()
        await demo.end()
        await wait_until(lambda: not find_left_over(tmp_path), limit_s=40)


@needs_proc
async def test_a_reader_who_leaves_ends_it_quietly(tmp_path: Path) -> None:
    async with start_demo(tmp_path, stderr=asyncio.subprocess.PIPE) as demo:
        await demo.read_until("generating")
        demo.hang_up()
        async with asyncio.timeout(120):
            assert demo.process.stderr is not None
            told = await demo.process.stderr.read()
            assert await demo.process.wait() == 141
    assert told == b""
    assert find_left_over(tmp_path) == []
    assert names_in(tmp_path / "tmp") == []


@needs_proc
async def test_an_interrupt_while_python_still_imports_is_quiet(tmp_path: Path) -> None:
    async with start_demo(tmp_path) as demo:
        maps = Path(f"/proc/{demo.process.pid}/maps")
        await wait_until(lambda: "pydantic_core" in maps.read_text())
        demo.process.send_signal(signal.SIGINT)
        assert await demo.end() == 130
    assert demo.lines == []
    assert names_in(tmp_path / "tmp") == []


async def test_a_job_that_fails_says_where_and_what_to_do(tmp_path: Path) -> None:
    async with start_demo(tmp_path, OMNIGEN_SET_SIMULATOR_FAULTS='[{"faults": "moderated"}]') as demo:
        assert await demo.end() == 1
    told = {line.split()[0]: line for line in demo.lines if line.startswith("  ")}
    assert "generating" in told["stage"]
    assert "scene" in told
    assert "provider" in told
    assert "remedy" in told
    assert "cost" in told
    (kept,) = [line for line in demo.lines if line.startswith("The logs of the stack are in ")]
    assert (Path(kept.removeprefix("The logs of the stack are in ")) / "gateway.log").exists()


def test_make_hands_the_values_on_as_they_were_typed(tmp_path: Path) -> None:
    show = tmp_path / "show.py"
    show.write_text("import os\nprint(os.environ['PROMPT'], end='')\n")
    done = subprocess.run(  # noqa: S603 - our own Makefile
        ["make", "-s", "--eval", f"show: ; @{sys.executable} {show}", "show", f"PROMPT={PROMPT}"],  # noqa: S607
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode() == PROMPT
