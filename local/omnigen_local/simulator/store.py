"""Predictions and the bill."""

from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from omnigen_local.simulator.database import Database
from omnigen_local.simulator.models import Charge
from omnigen_local.simulator.predictions import Prediction

PAGE: Final = 100
_CODEC: Final = TypeAdapter(Prediction)


@dataclass(frozen=True, slots=True)
class Message:
    """A webhook to be sent: its body is fixed when the event happens."""

    id: str
    prediction_id: str
    url: str
    body: str
    due_at: float
    faults: dict[str, float]


@dataclass(frozen=True, slots=True)
class Page:
    """Predictions, newest first, and where the pages beside this one begin."""

    predictions: list[Prediction]
    older: str | None
    newer: str | None


class PredictionStore:
    """Every change is one transaction: state, bill and the webhooks that it causes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, prediction: Prediction) -> None:
        """Store a new one."""
        self._database.execute(
            "INSERT INTO predictions (id, is_final, listed_at, body) VALUES (?, 0, ?, ?)",
            prediction.id,
            prediction.listed_at,
            _dump(prediction),
        )

    def find(self, prediction_id: str) -> Prediction | None:
        row = self._database.execute("SELECT body FROM predictions WHERE id = ?", prediction_id).fetchone()
        return None if row is None else _CODEC.validate_json(row["body"])

    def unfinished(self) -> list[Prediction]:
        """Those that have not ended, oldest first."""
        rows = self._database.execute("SELECT body FROM predictions WHERE is_final = 0 ORDER BY seq")
        return [_CODEC.validate_json(row["body"]) for row in rows]

    def change(self, prediction: Prediction, charge: Charge | None, messages: list[Message]) -> bool:
        """Store a new state unless the prediction has ended already: the first end is the only one."""
        with self._database.transaction():
            changed = self._database.execute(
                "UPDATE predictions SET is_final = ?, body = ? WHERE id = ? AND is_final = 0",
                prediction.status.is_final,
                _dump(prediction),
                prediction.id,
            ).rowcount
            if not changed:
                return False
            if charge is not None:
                self._add_to_bill(prediction, charge)
            for message in messages:
                self._add_message(message)
        return True

    def list_page(self, now: float, cursor: str, size: int = PAGE) -> Page:
        """Up to `size` that are listed by now. A cursor is `<seq` (older than) or `>seq` (newer); "" is the top."""
        newer = cursor.startswith(">")
        edge = int(cursor[1:]) if cursor else 2**62
        where, order = ("seq > ?", "ASC") if newer else ("seq < ?", "DESC")
        rows = self._database.execute(
            f"SELECT seq, body FROM predictions WHERE listed_at <= ? AND {where} ORDER BY seq {order} LIMIT ?",  # noqa: S608 - ours
            now,
            edge,
            size + 1,
        ).fetchall()
        has_more, rows = len(rows) > size, rows[:size]
        rows = rows[::-1] if newer else rows
        has_older, has_newer = (bool(rows), has_more) if newer else (has_more, bool(cursor and rows))
        return Page(
            [_CODEC.validate_json(row["body"]) for row in rows],
            f"<{rows[-1]['seq']}" if has_older else None,
            f">{rows[0]['seq']}" if has_newer else None,
        )

    def bill(self) -> list[dict[str, object]]:
        """Every line, oldest first."""
        return [dict(row) for row in self._database.execute("SELECT * FROM bill ORDER BY rowid")]

    def _add_to_bill(self, prediction: Prediction, charge: Charge) -> None:
        self._database.execute(
            "INSERT INTO bill VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            prediction.id,
            prediction.model,
            prediction.status.value,
            charge.unit.value,
            charge.quantity,
            charge.price_microusd,
            charge.amount_microusd,
            prediction.completed_at,
        )

    def _add_message(self, message: Message) -> None:
        self._database.execute(
            "INSERT INTO messages (id, prediction_id, url, body, due_at, faults) VALUES (?, ?, ?, ?, ?, ?)",
            message.id,
            message.prediction_id,
            message.url,
            message.body,
            message.due_at,
            _FAULTS.dump_json(message.faults).decode(),
        )


_FAULTS: Final = TypeAdapter(dict[str, float])


class MessageStore:
    """Webhooks that are still to be sent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self) -> list[Message]:
        """Those not done, oldest first."""
        rows = self._database.execute("SELECT * FROM messages WHERE is_done = 0 ORDER BY seq")
        return [
            Message(
                row["id"],
                row["prediction_id"],
                row["url"],
                row["body"],
                row["due_at"],
                _FAULTS.validate_json(row["faults"]),
            )
            for row in rows
        ]

    def finish(self, message_id: str) -> None:
        """Delivered, or given up."""
        self._database.execute("UPDATE messages SET is_done = 1 WHERE id = ?", message_id)


def _dump(prediction: Prediction) -> str:
    return _CODEC.dump_json(prediction).decode()
