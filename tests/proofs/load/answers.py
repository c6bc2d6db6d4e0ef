"""What came back of a request, as far as a load is concerned."""

from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import orjson

OVERLOADED: Final = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Answer:
    """`code` is the problem's, or what was wrong when none came (status 0)."""

    status: int
    code: str = ""
    body: Any = None
    retry_after: str = ""

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 400

    @property
    def is_documented(self) -> bool:
        """What a service that has too much to do may say: that, and when to come again."""
        return self.is_good or (self.status in OVERLOADED and self.retry_after.isdecimal())

    @property
    def told(self) -> str:
        """In a word or two."""
        return f"{self.status} {self.code}".strip() if self.status else f"none: {self.code}"


async def read_answer(answer: aiohttp.ClientResponse) -> Answer:
    """A problem's code, or the body of what is none."""
    raw = await answer.read()
    body = orjson.loads(raw) if raw and "json" in answer.content_type else None
    code = str(body.get("code", "")) if answer.status >= 400 and isinstance(body, dict) else ""
    return Answer(answer.status, code, body, answer.headers.get("Retry-After", ""))
