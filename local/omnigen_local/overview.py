"""What `up` and `status` print: what runs, where and since when, or why nothing does."""

import asyncio
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import aiohttp
from botocore.exceptions import BotoCoreError, ClientError

from omnigen_local.demo.accounts import UserPool, keep_account, sign_in
from omnigen_local.home import Home, Part, StackRecord

READY: Final = "ready"
_ASK_S: Final = 3
_NOTES: Final = {
    "gateway": "the public API is below /api/v1",
    "simulator": "the provider's API",
    "emulator": "AWS: region us-east-1, any credentials",
}
_BODY: Final = '{"prompt": "a paper boat crosses the night sea", "duration_s": 15}'


async def ask_parts(parts: Iterable[Part]) -> dict[str, str]:
    """By name: `ready`, or what is the matter."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ASK_S)) as session:
        return dict(await asyncio.gather(*(_ask(session, part) for part in parts)))


async def _ask(session: aiohttp.ClientSession, part: Part) -> tuple[str, str]:
    try:
        async with session.get(part.ready_url) as answer:
            return part.name, READY if answer.ok else f"not ready (HTTP {answer.status})"
    except (aiohttp.ClientError, TimeoutError):
        return part.name, "does not answer"


def part_lines(record: StackRecord, states: dict[str, str]) -> list[str]:
    """A line for each process. The gateway is shown under the name that its cookies are for."""
    lines = []
    for part in sorted(record.parts, key=lambda part: part.name != "gateway"):
        url = record.gateway_url if part.name == "gateway" else part.url
        note = f"  {_NOTES[part.name]}" if part.name in _NOTES else ""
        lines.append(f"  {part.name:<10} {url:<24} {states[part.name]}, pid {part.pid}{note}")
    return lines


def folder_lines(home: Home) -> list[str]:
    """Where to look."""
    return [
        f"  {'logs':<10} {shown(home.log_dir)}",
        f"  {'state':<10} {shown(home.state_dir)}  (stays after `make down`)",
    ]


async def account_lines(record: StackRecord, home: Home) -> list[str]:
    """A user, and what to type to order a video, watch it and fetch it."""
    pool = UserPool(record.emulator_url, record.user_pool_id, record.user_pool_client_id)
    try:
        account = await keep_account(pool, home.state_dir / "account.json")
        token = await sign_in(pool, account)
    except (BotoCoreError, ClientError) as error:
        return [f"  {'user':<10} nobody can sign in: {error}"]
    return [
        f"  {'user':<10} {account.email}  password {account.password}",
        "",
        "A video of your own (the token is valid for an hour; `make status` prints a fresh one):",
        "",
        f"export GATEWAY={record.gateway_url}",
        f"export TOKEN={token}",
        'curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\',
        f"     -d '{_BODY}' $GATEWAY/api/v1/jobs",
        "",
        "With the job_id of its answer, watch it and fetch it:",
        "",
        "export JOB=...",
        'curl -N -H "Authorization: Bearer $TOKEN" $GATEWAY/api/v1/jobs/$JOB/events',
        'curl -L -H "Authorization: Bearer $TOKEN" $GATEWAY/api/v1/jobs/$JOB/video -o video.mp4',
    ]


def absence_lines(home: Home) -> list[str]:
    """Why no stack runs, as far as it is known."""
    if (ending := home.find_ending()) is not None:
        return [f"no stack runs; the last one ended {_when(ending.ended_at)}:", ending.reason]
    if (record := home.find_last_record()) is not None:
        return [
            f"no stack runs; the last one, started {_when(record.started_at)}, was killed",
            f"  {'logs':<10} {shown(home.log_dir)}",
        ]
    return ["no stack runs"]


def since(record: StackRecord) -> str:
    """When it was started, and how long ago."""
    minutes = int((datetime.now(UTC) - record.started_at).total_seconds() // 60)
    hours, minutes = divmod(minutes, 60)
    age = f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else "less than a minute"
    return f"{_when(record.started_at)} ({age})"


def shown(path: Path) -> str:
    """A path as it would be typed here."""
    return os.path.relpath(path)


def _when(instant: datetime) -> str:
    return instant.astimezone().strftime("%Y-%m-%d %H:%M:%S")
