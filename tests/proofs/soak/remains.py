"""What processes have open, and what lies in folders and in the bucket: before, and after."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from bench.processes import list_tree

TEMPORARY: Final = (".lease", "/uploads/")
"""Of keys in the bucket: notes of work that is under way, pictures that are not looked at yet."""
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Remains:
    """Counts by `<process>.<what>`, `folder.<name>` and `bucket.<what>`."""

    counts: Counts

    @classmethod
    def take(cls, pids: Mapping[str, int], folders: Mapping[str, Path], bucket: Counts) -> Self:
        """As it is at this moment."""
        counts: Counter[str] = Counter()
        for name, pid in pids.items():
            for what, count in count_open(pid).items():
                counts[f"{name}.{what}"] = count
            counts[f"{name}.processes"] = len(list_tree(pid)) - 1
        for name, folder in folders.items():
            counts[f"folder.{name}"] = count_files(folder)
        counts.update({f"bucket.{what}": count for what, count in bucket.items()})
        return cls(dict(counts))

    def most(self, other: "Remains") -> "Remains":
        """The greater of each: what is there at one moment or the other."""
        return Remains(dict(Counter(self.counts) | Counter(other.counts)))

    def least(self, other: "Remains") -> "Remains":
        """The smaller of each: what is there at both."""
        return Remains({name: min(count, other.counts.get(name, 0)) for name, count in self.counts.items()})

    def more_than(self, before: "Remains") -> dict[str, str]:
        """What there is more of, as `before → now`."""
        return {
            name: f"{before.counts.get(name, 0)} → {count}"
            for name, count in sorted(self.counts.items())
            if count > before.counts.get(name, 0)
        }


def count_open(pid: int) -> Counter[str]:
    """Sockets, files that a folder has, and everything else (pipes, epolls, memory) that a process has open."""
    found: Counter[str] = Counter(sockets=0, files=0, others=0)
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            found[_kind_of(str(link.readlink()))] += 1
    return found


def _kind_of(target: str) -> str:
    if target.startswith("socket:"):
        return "sockets"
    return "files" if target.startswith("/") else "others"


def count_files(folder: Path) -> int:
    """All below it; folders too."""
    return sum(1 for _ in folder.rglob("*"))


def find_processes(folder: Path) -> list[int]:
    """Whoever was told of this folder when it began."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if str(folder).encode() in environment.read_bytes():
                found.append(int(environment.parent.name))
    return found


async def count_temporary(s3: Any, bucket: str) -> dict[str, int]:
    """Uploads in parts that nobody has ended, and objects that are only there for a while."""
    uploads = await s3.list_multipart_uploads(Bucket=bucket)
    keys = [key async for key in _list_keys(s3, bucket)]
    return {"uploads": len(uploads.get("Uploads", [])), "working": _count_working(keys)}


async def _list_keys(s3: Any, bucket: str) -> Any:
    async for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", []):
            yield entry["Key"]


def _count_working(keys: Iterable[str]) -> int:
    return sum(any(part in key for part in TEMPORARY) for key in keys)
