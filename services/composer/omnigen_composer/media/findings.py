"""Reading content credentials: who signed a file, what it says of its making, whether it is as it was signed."""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from c2pa import C2paError, Context, Reader, Settings
from pydantic import ValidationError

from omnigen_composer.domain.provenance import AI_GENERATED, MODELS_LABEL
from omnigen_shared.contracts.composer import UsedModel

_SUFFIXES: Final = {".mp4": "video/mp4", ".jpg": "image/jpeg", ".webp": "image/webp"}


class Verdict(StrEnum):
    """What the signature is worth."""

    TRUSTED = "trusted"
    UNKNOWN_SIGNER = "unknown signer"
    BROKEN = "broken"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a file says, and whether that can be believed. `reasons` are the library's, when it is broken."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    title: str = ""
    generator: str = ""
    signer: str = ""
    is_ai_generated: bool = False
    models: tuple[UsedModel, ...] = ()
    parents: tuple[str, ...] = ()
    """Titles of the signed files that it was made of."""


def read_credentials(path: Path, roots: str = "") -> Finding:
    """What is found in a file, believing signers that one of these roots (PEM) vouches for."""
    trust: dict[str, Any] = {"user_anchors": roots} if roots else {}
    settings = {"verify": {"verify_trust": True, "remote_manifest_fetch": False}, "trust": trust}
    try:
        with path.open("rb") as stream, Context(settings=Settings.from_dict(settings)) as context:
            told = json.loads(Reader(_SUFFIXES[path.suffix.lower()], stream, context=context).json())
    except C2paError as error:
        if "ManifestNotFound" in type(error).__name__ or "ManifestNotFound" in str(error):
            return Finding(Verdict.ABSENT)
        return Finding(Verdict.BROKEN, (str(error),))
    try:
        return _judge(told)
    except (KeyError, TypeError, ValidationError):
        return Finding(Verdict.BROKEN, ("what it says is not in a form that we know",))


def can_read(path: Path) -> bool:
    """Whether this is a kind of file that carries credentials of ours."""
    return path.suffix.lower() in _SUFFIXES


def _judge(told: dict[str, Any]) -> Finding:
    manifest = told["manifests"][told["active_manifest"]]
    failures = [failure for result in _results(told) for failure in result.get("failure", ())]
    broken = [failure for failure in failures if failure["code"] != "signingCredential.untrusted"]
    verdict = Verdict.BROKEN if broken else Verdict.UNKNOWN_SIGNER if failures else Verdict.TRUSTED
    signature = manifest.get("signature_info", {})
    made = _manifest_of_making(told, manifest)
    return Finding(
        verdict,
        tuple(failure.get("explanation", failure["code"]) for failure in broken),
        title=manifest.get("title", ""),
        generator=_generator(manifest),
        signer=", ".join(filter(None, (signature.get("common_name"), signature.get("issuer")))),
        is_ai_generated=any(action.get("digitalSourceType") == AI_GENERATED for action in _actions(made)),
        models=tuple(UsedModel.model_validate(model) for model in _data(made, MODELS_LABEL).get("models", ())),
        parents=tuple(ingredient.get("title", "") for ingredient in manifest.get("ingredients", ())),
    )


def _manifest_of_making(told: dict[str, Any], manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest that tells how the pictures came to be: an export's is its parent's."""
    for ingredient in manifest.get("ingredients", ()):
        parent = told["manifests"].get(ingredient.get("active_manifest"))
        if parent is not None and ingredient.get("relationship") == "parentOf":
            return _manifest_of_making(told, parent)
    return manifest


def _results(told: dict[str, Any]) -> list[dict[str, Any]]:
    results = told.get("validation_results", {})
    deltas = (delta.get("validationDeltas", {}) for delta in results.get("ingredientDeltas", ()))
    return [results.get("activeManifest", {}), *deltas]


def _actions(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    actions: list[dict[str, Any]] = _data(manifest, "c2pa.actions").get("actions", [])
    return actions


def _data(manifest: dict[str, Any], label: str) -> dict[str, Any]:
    """An assertion's data, whatever its version; empty when it is not there."""
    found = (each["data"] for each in manifest.get("assertions", ()) if each["label"].startswith(label))
    return next(found, {})


def _generator(manifest: dict[str, Any]) -> str:
    infos = manifest.get("claim_generator_info", ())
    return ", ".join(f"{info['name']} {info.get('version', '')}".strip() for info in infos)
