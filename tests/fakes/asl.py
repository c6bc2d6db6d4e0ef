"""Runs a state machine's definition in process: what our ASL uses of Amazon States Language, and no more.

An unknown field or state type is an error, so that the definition cannot use what this does not understand.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

Invoke = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
State = Mapping[str, Any]

_PATH: Final = re.compile(r"^\$\$?(\.[A-Za-z_]+)*$")


class StateError(Exception):
    """An error by its name, as Retry and Catch compare it."""

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(f"{name}: {cause}")
        self.name = name
        self.cause = cause


class Machine:
    """One definition. `invoke` stands for the Lambda; `reached` collects the names of the states that were entered."""

    def __init__(self, definition: Mapping[str, Any], invoke: Invoke, started_at: str) -> None:
        self._definition = definition
        self._invoke = invoke
        self._started_at = started_at
        self.reached: set[str] = set()

    async def run(self, execution_input: Mapping[str, Any]) -> Any:
        """The execution's output; StateError when it fails."""
        context = {"Execution": {"Input": execution_input, "StartTime": self._started_at}}
        return await self._run(self._definition, dict(execution_input), context)

    async def _run(self, machine: Mapping[str, Any], data: Any, context: Mapping[str, Any]) -> Any:
        name = machine["StartAt"]
        while True:
            self.reached.add(name)
            state = machine["States"][name]
            here = {**context, "State": {"Name": name, "EnteredTime": self._started_at}}
            kind = state["Type"]
            if kind == "Succeed":
                return data
            if kind == "Fail":
                raise StateError(state["Error"], state["Cause"])
            data, following = await self._enter(kind, state, data, here)
            if following is None:
                return data
            name = following

    async def _enter(self, kind: str, state: State, data: Any, context: Mapping[str, Any]) -> tuple[Any, str | None]:
        following = None if state.get("End") else state.get("Next")
        if kind == "Choice":
            return data, _choose(state, data)
        if kind == "Wait":
            await asyncio.sleep(_find(state["SecondsPath"], data, context))
            return data, following
        if kind == "Pass":
            return _fill(state["Parameters"], data, context) if "Parameters" in state else data, following
        actions = {"Task": self._task, "Parallel": self._parallel, "Map": self._map}
        try:
            result = await self._retry(lambda: actions[kind](state, data, context), state.get("Retry", []))
        except StateError as error:
            return _catch(state, data, error)
        return _place(state.get("ResultPath", "$"), data, result), following

    async def _retry(self, action: Callable[[], Awaitable[Any]], retriers: list[State]) -> Any:
        counts = [0] * len(retriers)
        while True:
            try:
                return await action()
            except StateError as error:
                index = next((i for i, entry in enumerate(retriers) if _matches(entry, error)), None)
                if index is None or counts[index] >= retriers[index].get("MaxAttempts", 3):
                    raise
                entry = retriers[index]
                pause_s = entry.get("IntervalSeconds", 1) * entry.get("BackoffRate", 2.0) ** counts[index]
                await asyncio.sleep(min(pause_s, entry.get("MaxDelaySeconds", pause_s)))
                counts[index] += 1

    async def _task(self, state: State, data: Any, context: Mapping[str, Any]) -> Any:
        try:
            return await self._invoke(_fill(state["Parameters"], data, context))
        except StateError:
            raise
        except Exception as error:
            raise StateError(type(error).__name__, str(error)) from error

    async def _parallel(self, state: State, data: Any, context: Mapping[str, Any]) -> Any:
        return await _all(self._run(branch, data, context) for branch in state["Branches"])

    async def _map(self, state: State, data: Any, context: Mapping[str, Any]) -> Any:
        assert state["MaxConcurrency"] in {0, 1}
        items = _find(state["ItemsPath"], data, context)
        inputs = [
            _fill(state["ItemSelector"], data, {**context, "Map": {"Item": {"Value": item, "Index": index}}})
            for index, item in enumerate(items)
        ]
        runs = (self._run(state["ItemProcessor"], entry, context) for entry in inputs)
        return await _all(runs) if state["MaxConcurrency"] == 0 else [await run for run in runs]


async def _all(branches: Any) -> list[Any]:
    """All results; the first failure aborts the others, as in Step Functions."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(branch) for branch in branches]
    except* StateError as errors:
        raise errors.exceptions[0] from errors
    return [task.result() for task in tasks]


def _choose(state: State, data: Any) -> str:
    for rule in state["Choices"]:
        assert set(rule) == {"Variable", "StringEquals", "Next"}
        if _find(rule["Variable"], data, {}) == rule["StringEquals"]:
            return str(rule["Next"])
    return str(state["Default"])


def _catch(state: State, data: Any, error: StateError) -> tuple[Any, str]:
    for catcher in state.get("Catch", []):
        if _matches(catcher, error):
            return _place(catcher["ResultPath"], data, {"Error": error.name, "Cause": error.cause}), catcher["Next"]
    raise error


def _matches(entry: State, error: StateError) -> bool:
    return "States.ALL" in entry["ErrorEquals"] or error.name in entry["ErrorEquals"]


def _fill(template: Mapping[str, Any], data: Any, context: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name.removesuffix(".$"): _find(value, data, context) if name.endswith(".$") else value
        for name, value in template.items()
    }


def _find(path: str, data: Any, context: Mapping[str, Any]) -> Any:
    """A path that is not there is a run-time error in AWS: KeyError here."""
    assert _PATH.match(path), f"{path} is not understood"
    found: Any = context if path.startswith("$$") else data
    for part in path.split(".")[1:]:
        found = found[part]
    return found


def _place(path: str, data: Any, result: Any) -> Any:
    if path == "$":
        return result
    assert path.startswith("$.")
    return {**data, path[2:]: result}
