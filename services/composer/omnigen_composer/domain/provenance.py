"""What a finished file says about its making: a C2PA manifest, and the same for readers of XMP, as pure functions."""

import uuid
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from omnigen_shared.contracts.composer import ModelRole, UsedModel

PRODUCT: Final = "OmniGen"
VERSION: Final = version("omnigen-composer")
AI_GENERATED: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
"""IPTC's term for media that a trained model has made."""
MODELS_LABEL: Final = "org.omnigen.models"
_XMP_BOX: Final = uuid.UUID("be7acfcb-97a9-42e8-9c71-999491e3afac").bytes
_TASKS: Final = {
    ModelRole.PLAN: "Wrote the storyboard.",
    ModelRole.PICTURE: "Generated the pictures of the scenes.",
    ModelRole.MUSIC: "Generated the music.",
    ModelRole.SPEECH: "Spoke the narration.",
}


def write_manifest(title: str, media_type: str, models: Sequence[UsedModel]) -> dict[str, Any]:
    """The claim: made by trained models, by which ones, and put together by OmniGen.

    C2PA wants one action that tells how the file came to be, before any other.
    """
    pictures = [model.name for model in models if model.role is ModelRole.PICTURE]
    created = {"action": "c2pa.created", "digitalSourceType": AI_GENERATED, "softwareAgent": _agent(*pictures)}
    return _claim(title, media_type, [created, *(_tell(model) for model in models)], models)


def write_export_manifest(title: str, media_type: str, what: str) -> dict[str, Any]:
    """The claim of another form of a signed video, which goes into it as its parent (write_parent)."""
    opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": [PARENT_ID]}}
    changed = {"action": "c2pa.transcoded", "softwareAgent": _agent(), "description": what}
    return _claim(title, media_type, [opened, changed], ())


PARENT_ID: Final = "video"


def write_parent(title: str) -> dict[str, Any]:
    """How an export names the video that it was made of."""
    return {"title": title or PRODUCT, "relationship": "parentOf", "label": PARENT_ID}


def write_xmp(title: str, models: Sequence[UsedModel]) -> bytes:
    """An XMP packet that says the same, for catalogues and players that do not read C2PA."""
    credit = "; ".join(f"{_TASKS[model.role].removesuffix('.')}: {model.name}" for model in models)
    tool = quoteattr(f"{PRODUCT} {VERSION}")
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
        'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        f'xmp:CreatorTool={tool} photoshop:Credit={quoteattr(credit)} Iptc4xmpExt:DigitalSourceType="{AI_GENERATED}">'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>'
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def box_xmp(packet: bytes) -> bytes:
    """The box that carries a packet at an MP4's end, where it moves nothing."""
    return (len(packet) + 24).to_bytes(4, "big") + b"uuid" + _XMP_BOX + packet


def _claim(title: str, media_type: str, actions: list[dict[str, Any]], models: Sequence[UsedModel]) -> dict[str, Any]:
    assertions = [{"label": "c2pa.actions.v2", "data": {"actions": actions}}]
    if models:
        told = [{"role": model.role.value, "name": model.name} for model in models]
        assertions.append({"label": MODELS_LABEL, "data": {"models": told}})
    return {
        "claim_generator_info": [{"name": PRODUCT, "version": VERSION}],
        "title": title or PRODUCT,
        "format": media_type,
        "assertions": assertions,
    }


def _tell(model: UsedModel) -> dict[str, Any]:
    return {
        "action": "c2pa.edited",
        "description": _TASKS[model.role],
        "softwareAgent": _agent(model.name),
        "digitalSourceType": AI_GENERATED,
    }


def _agent(*models: str) -> dict[str, str]:
    """Who did it: a model by its name, OmniGen itself by its version."""
    return {"name": ", ".join(models)} if models else {"name": PRODUCT, "version": VERSION}
