"""The folder of a stack that stays: its lock, its record while it runs, and why the last one ended.

The lock tells whether a stack runs, and its file whose it is: the kernel lets go of it with the process, so a pid that
was given to somebody else in the meantime is never taken for ours.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pydantic import AwareDatetime, BaseModel, ConfigDict

from omnigen_local.artefacts import ROOT
from omnigen_local.files import write_private_text

_LOCK_ATTEMPTS: Final = 20
_LOCK_PAUSE_S: Final = 0.02
_PID_WIDTH: Final = 20


class Part(BaseModel):
    """One process of a running stack."""

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int
    ready_url: str
    """Answers 200 while it can be used."""

    @property
    def url(self) -> str:
        scheme, host, *_ = urlsplit(self.ready_url)
        return f"{scheme}://{host}"


class StackRecord(BaseModel):
    """Where everything of a running stack is."""

    model_config = ConfigDict(frozen=True)

    started_at: AwareDatetime
    gateway_url: str
    emulator_url: str
    simulator_url: str
    user_pool_id: str
    user_pool_client_id: str
    usage_table: str = ""
    parts: tuple[Part, ...] = ()


class Ending(BaseModel):
    """Why a stack is there no more, though nobody has stopped it."""

    model_config = ConfigDict(frozen=True)

    ended_at: AwareDatetime
    reason: str


@dataclass(frozen=True, slots=True)
class Home:
    """Everything of the stack lies below `path`."""

    path: Path

    @property
    def state_dir(self) -> Path:
        """Tables, objects, users, keys, predictions: what outlives a stop."""
        return self.path / "state"

    @property
    def signing_dir(self) -> Path:
        """What videos are signed with, also those of demos: one development root for one checkout."""
        return self.path / "signing"

    @property
    def log_dir(self) -> Path:
        return self.path / "logs"

    def find_record(self) -> StackRecord | None:
        """The running stack's record; None when none runs, or it is not ready yet."""
        return self.find_last_record() if self.find_supervisor() is not None else None

    def find_last_record(self) -> StackRecord | None:
        """The record of a stack that runs, or whose supervisor was killed; a stack that ends takes it away."""
        try:
            return StackRecord.model_validate_json(self._record_path.read_bytes())
        except FileNotFoundError:
            return None

    def find_ending(self) -> Ending | None:
        """How the last stack came to its end; None when it was stopped, or none has run."""
        try:
            return Ending.model_validate_json(self._ending_path.read_bytes())
        except FileNotFoundError:
            return None

    def find_gateway_port(self) -> int | None:
        """Where the gateway of the last stack listened."""
        try:
            return int(self._port_path.read_text())
        except FileNotFoundError:
            return None

    def find_supervisor(self) -> int | None:
        """The pid of the supervisor that lives."""
        if not self._lock_path.exists():
            return None
        with self._lock_path.open("rb") as file:
            while not _try_lock(file.fileno(), fcntl.LOCK_SH):
                if pid := os.pread(file.fileno(), _PID_WIDTH, 0):
                    return int(pid)
                time.sleep(_LOCK_PAUSE_S)  # the very first one is about to write it
        return None

    @contextmanager
    def hold_lock(self) -> Iterator[None]:
        """For as long as a stack lives. BlockingIOError when another one holds it; what the last one left is gone."""
        self.path.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(self._lock_path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            _lock(file.fileno())
            # In one go over the pid before, which is as wide: a reader sees one or the other.
            os.pwrite(file.fileno(), str(os.getpid()).ljust(_PID_WIDTH).encode(), 0)
            self.drop_record()
            self.drop_ending()
            yield

    def keep_record(self, record: StackRecord) -> None:
        """From now on the stack is ready."""
        write_private_text(self._port_path, str(urlsplit(record.gateway_url).port))
        write_private_text(self._record_path, record.model_dump_json(indent=2))

    def drop_record(self) -> None:
        """From now on it is not."""
        self._record_path.unlink(missing_ok=True)

    def keep_ending(self, ending: Ending) -> None:
        """Tell why the stack ends."""
        write_private_text(self._ending_path, ending.model_dump_json(indent=2))

    def drop_ending(self) -> None:
        """What ended the stack before is of no interest any more."""
        self._ending_path.unlink(missing_ok=True)

    def renew_log_dir(self) -> None:
        """An empty folder for logs; those of the run before are kept beside it."""
        shutil.rmtree(self.path / "logs.previous", ignore_errors=True)
        if self.log_dir.exists():
            self.log_dir.rename(self.path / "logs.previous")
        self.log_dir.mkdir(parents=True)

    @property
    def _lock_path(self) -> Path:
        return self.path / "lock"

    @property
    def _record_path(self) -> Path:
        return self.path / "stack.json"

    @property
    def _ending_path(self) -> Path:
        return self.path / "ending.json"

    @property
    def _port_path(self) -> Path:
        return self.path / "gateway-port"


HOME: Final = Home(ROOT / ".omnigen")
"""This checkout's."""


def _lock(descriptor: int) -> None:
    """Whoever only looks holds it for an instant, so one refusal is not the last word."""
    for _ in range(_LOCK_ATTEMPTS):
        if _try_lock(descriptor, fcntl.LOCK_EX):
            return
        time.sleep(_LOCK_PAUSE_S)
    raise BlockingIOError("another stack of this folder runs")


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
