"""Decides which faults a request meets: the markers in its text and the rules set from outside."""

import hashlib
from dataclasses import asdict
from typing import Any, Final

import orjson

from omnigen_local.simulator.database import Database
from omnigen_local.simulator.faults import Faults, Marker, Rule, find_markers, parse_faults

ENVIRONMENT: Final = "environment"
CALL: Final = "call"


class Rulebook:
    """Rules and how often they were used outlive a restart; so does the count of equal inputs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, source: str, rules: list[Rule]) -> None:
        """Make these the rules of a source; one that was there already keeps its count."""
        kept = [_dump(rule) for rule in rules]
        with self._database.transaction():
            for row in self._database.execute("SELECT seq, rule FROM rules WHERE source = ?", source).fetchall():
                if row["rule"] not in kept:
                    self._database.execute("DELETE FROM rules WHERE seq = ?", row["seq"])
            for rule in kept:
                self._database.execute("INSERT OR IGNORE INTO rules (source, rule) VALUES (?, ?)", source, rule)

    def add(self, rules: list[Rule]) -> None:
        """Add rules by call. One that is there already starts anew."""
        for rule in rules:
            statement = "INSERT INTO rules (source, rule) VALUES (?, ?) ON CONFLICT DO UPDATE SET used = 0"
            self._database.execute(statement, CALL, _dump(rule))

    def clear(self) -> None:
        """Forget every rule."""
        self._database.execute("DELETE FROM rules")

    def describe(self) -> list[dict[str, Any]]:
        """The rules in force with how often each was used."""
        rows = self._database.execute("SELECT * FROM rules ORDER BY seq")
        return [{**orjson.loads(row["rule"]), "source": row["source"], "used": row["used"]} for row in rows]

    def service_faults(self) -> Faults:
        """What every call meets at present. Each call uses up one of a rule's count."""
        found: Faults = {}
        for seq, rule in self._open_rules():
            if rule.is_for_service:
                self._use(seq)
                found |= {marker.name: marker.value for marker in parse_faults(rule.faults)}
        return found

    def decide(self, model: str, text: str, fingerprint: str) -> Faults:
        """The faults of one create. `text` is what the model is asked, `fingerprint` names model and input."""
        attempt = self._count_attempt(fingerprint)
        found: Faults = {}
        for seq, rule in self._open_rules():
            chance = _chance(rule.seed, fingerprint, attempt)
            if not rule.is_for_service and rule.fits(model, text, chance):
                self._use(seq)
                found |= _in_force(parse_faults(rule.faults), attempt)
        return found | _in_force(find_markers(text), attempt)

    def _open_rules(self) -> list[tuple[int, Rule]]:
        rows = self._database.execute("SELECT seq, rule, used FROM rules ORDER BY seq").fetchall()
        rules = [(row["seq"], row["used"], Rule(**orjson.loads(row["rule"]))) for row in rows]
        return [(seq, rule) for seq, used, rule in rules if rule.count is None or used < rule.count]

    def _use(self, seq: int) -> None:
        self._database.execute("UPDATE rules SET used = used + 1 WHERE seq = ?", seq)

    def _count_attempt(self, fingerprint: str) -> int:
        statement = (
            "INSERT INTO attempts VALUES (?, 1) ON CONFLICT (input) DO UPDATE SET count = count + 1 RETURNING count"
        )
        return int(self._database.execute(statement, fingerprint).fetchone()["count"])


def _in_force(markers: list[Marker], attempt: int) -> Faults:
    return {
        marker.name: marker.value
        for marker in markers
        if not marker.target and (marker.times is None or attempt <= marker.times)
    }


def _chance(seed: int, fingerprint: str, attempt: int) -> float:
    digest = hashlib.sha256(f"{seed}|{fingerprint}|{attempt}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _dump(rule: Rule) -> str:
    return orjson.dumps(asdict(rule), option=orjson.OPT_SORT_KEYS).decode()
