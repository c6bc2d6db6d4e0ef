"""Runs the emulator: a script for its own Python, which has nothing of ours installed.

One thing of it is mended: a transaction that is sent again, because its answer was lost, is known by its token.

Three are made cheaper that are most of its work. It copies whole items at each call, entry by entry; a
query reads its condition anew for each item of the partition, and weighs it word by word; and its garbage collector
walks through thousands of modules' parts again and again while they are imported.

Two things of it are made as they are in AWS, since what they decide shows under load only: how a state machine hears of
a Lambda that is too busy, and how long it waits before it asks again.
"""

import copy
import gc
import marshal
import random
import re
import runpy
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import Any, Final

_READERS: Final = ("_tokenize", "_condition_syntax_error")
"""Of expressions: what they answer depends on the text alone, and nobody changes it."""
_BY_PREFIX: Final = re.compile(r"(#\w+) = (:\w+) AND begins_with\((#\w+), (:\w+)\)")
_REQUEST: Final = "ClientRequestToken"
_KNOWN: Final = "is_as_sent"
_BUSY: Final = "Lambda.TooManyRequestsException"
_copy_slowly = copy.deepcopy


def copy_plainly(value: Any, memo: dict[int, Any] | None = None) -> Any:
    """As copy.deepcopy: maps of text, numbers and lists ten times as fast, whatever else as ever."""
    if memo is None and type(value) is dict:
        try:
            return marshal.loads(marshal.dumps(value))  # noqa: S302 - its own
        except ValueError:
            pass  # there is an object in it that is more than its parts
    return _copy_slowly(value, memo)


def rework(module: ModuleType, names: tuple[str, ...], change: Callable[..., Callable[..., Any]]) -> None:
    """Put what `change` makes of these functions of a module in their places."""
    for name in names:
        setattr(module, name, change(getattr(module, name)))


def by_prefix(evaluate: Callable[..., bool]) -> Callable[..., bool]:
    """The emulator's way to evaluate a condition, with a quick one for queries by the beginning of a text."""

    def evaluate_quickly(
        text: str,
        item: dict[str, Any],
        values: dict[str, Any],
        names: dict[str, str],
        slot: str = "ConditionExpression",
    ) -> bool:
        found = _BY_PREFIX.fullmatch(text) if slot == "KeyConditionExpression" else None
        if found is not None:
            key, value, sort_key, prefix = found.groups()
            try:
                is_same = bool(item[names[key]] == values[value])
                return is_same and item[names[sort_key]]["S"].startswith(values[prefix]["S"])
            except KeyError:
                pass  # something is missing, or no text: it knows what to say
        return evaluate(text, item, values, names, slot)

    return evaluate_quickly


def knowing_again(
    write: Callable[[dict[str, Any]], Any], find_token: Callable[[str], dict[str, Any] | None]
) -> Callable[[dict[str, Any]], Any]:
    """The emulator's transaction, which changes what it was sent, and then takes the same for something else."""

    def write_knowingly(data: dict[str, Any]) -> Any:
        sent = copy_plainly(data)
        token = sent.pop(_REQUEST, None)
        answer = write(data)
        kept = None if token is None else find_token(token)
        if kept is not None and not kept.get(_KNOWN):
            kept |= {"signature": sent, _KNOWN: True}
        return answer

    return write_knowingly


def by_name(refuse: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The emulator's answer of a Lambda without a free worker; state machines are to get it under AWS's name."""

    def refuse_by_name(*given: Any, **named: Any) -> dict[str, Any]:
        answer = refuse(*given, **named)
        return {**answer, "body": {**answer["body"], "errorType": _BUSY}}

    return refuse_by_name


def by_pause(find: Callable[..., tuple[Any, int]]) -> Callable[..., tuple[Any, int]]:
    """The emulator's choice of a retrier; it knows neither MaxDelaySeconds nor JitterStrategy, so they are put in."""

    def find_with_pause(retriers: list[dict[str, Any]], error: str, counts: dict[int, int]) -> tuple[Any, int]:
        retrier, index = find(retriers, error, counts)
        if retrier is None:
            return retrier, index
        pause_s = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** counts.get(index, 0)
        pause_s = min(pause_s, retrier.get("MaxDelaySeconds", pause_s))
        if retrier.get("JitterStrategy") == "FULL":
            pause_s = random.uniform(0, pause_s)  # noqa: S311 - no secret
        return {**retrier, "IntervalSeconds": pause_s, "BackoffRate": 1.0}, index

    return find_with_pause


def main() -> None:
    """Ends with the emulator."""
    gc.disable()
    copy.deepcopy = copy_plainly  # type: ignore[assignment]  # it has one more argument, which nobody uses
    import_module("ministack.app")
    dynamodb = import_module("ministack.services.dynamodb")
    find_token = vars(dynamodb)["_txn_token_lookup"]
    rework(dynamodb, _READERS, lru_cache(maxsize=4096))
    rework(dynamodb, ("_evaluate_condition",), by_prefix)
    rework(dynamodb, ("_transact_write_items",), lambda write: knowing_again(write, find_token))
    rework(import_module("ministack.services.lambda_svc"), ("_throttle_response",), by_name)
    rework(import_module("ministack.services.stepfunctions"), ("_find_matching_retrier",), by_pause)
    gc.freeze()
    gc.enable()
    runpy.run_module("ministack", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
