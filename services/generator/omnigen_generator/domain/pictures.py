"""Pictures that a model is given: by their S3 key in a paid call's input, by an address when the call is sent."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from omnigen_shared.contracts.catalogue import VideoModel
from omnigen_shared.contracts.inputs import STORED


def tell_pictures(model: VideoModel, start_frame: str | None, reference: str | None) -> dict[str | None, Any]:
    """What the model is told of a first frame, and of a picture of the subject, in its own words.

    A model that takes no reference begins with it, unless there is something else to begin with.
    """
    takes_reference = model.inputs.reference_images is not None
    first = start_frame or (None if takes_reference else reference)
    return {
        model.inputs.start_frame: None if first is None else STORED + first,
        model.inputs.reference_images: [STORED + reference] if takes_reference and reference is not None else None,
    }


async def resolve(call_input: Mapping[str, Any], link: Callable[[str], Awaitable[str]]) -> dict[str, Any]:
    """The input with an address in place of each stored picture."""
    return {name: await _resolve_value(value, link) for name, value in call_input.items()}


async def _resolve_value(value: Any, link: Callable[[str], Awaitable[str]]) -> Any:
    if isinstance(value, str) and value.startswith(STORED):
        return await link(value.removeprefix(STORED))
    if isinstance(value, list):
        return [await _resolve_value(entry, link) for entry in value]
    return value
