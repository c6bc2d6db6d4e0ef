"""How long the clips were waited for: side by side when all is well, so that the whole is near the slowest."""

from dataclasses import dataclass, field
from datetime import datetime

from omnigen_shared.clock import from_rfc3339
from omnigen_shared.contracts.job import SceneState


@dataclass(slots=True)
class ClipWaits:
    """From a scene's first `generating` to its `ingested`, by the times in the job's own events."""

    _begun: dict[int, datetime] = field(default_factory=dict)
    _ended: dict[int, datetime] = field(default_factory=dict)

    def note(self, number: int, state: str, at: str) -> None:
        """A scene has changed. Only the first time of each state counts."""
        if state == SceneState.GENERATING:
            self._begun.setdefault(number, from_rfc3339(at))
        elif state == SceneState.INGESTED and number in self._begun:
            self._ended.setdefault(number, from_rfc3339(at))

    def line(self) -> str:
        """The whole wait beside the slowest clip's and the sum of all; "" when no clip was waited for."""
        if not self._ended:
            return ""
        waits = [(end - self._begun[number]).total_seconds() for number, end in self._ended.items()]
        whole = (max(self._ended.values()) - min(self._begun[number] for number in self._ended)).total_seconds()
        if len(waits) == 1:
            return f"the clip was waited for {whole:.1f} s"
        return f"clips waited for {whole:.1f} s in all: the slowest {max(waits):.1f} s, one by one {sum(waits):.1f} s"
