from typing import Any
from xml.etree import ElementTree as ET

from omnigen_composer.domain.provenance import (
    AI_GENERATED,
    box_xmp,
    write_export_manifest,
    write_manifest,
    write_parent,
    write_xmp,
)
from omnigen_shared.contracts.composer import ModelRole, UsedModel

MODELS = (UsedModel(role=ModelRole.PICTURE, name="maker/film"), UsedModel(role=ModelRole.MUSIC, name="maker/song"))


def actions_of(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    actions: list[dict[str, Any]] = manifest["assertions"][0]["data"]["actions"]
    return actions


def test_a_video_says_first_that_ai_has_made_it_and_then_which_models() -> None:
    manifest = write_manifest("A film", "video/mp4", MODELS)
    first, *others = actions_of(manifest)
    assert (first["action"], first["digitalSourceType"]) == ("c2pa.created", AI_GENERATED)
    assert [action["softwareAgent"]["name"] for action in (first, *others)] == [
        "maker/film",
        "maker/film",
        "maker/song",
    ]
    assert manifest["claim_generator_info"][0]["name"] == "OmniGen"
    assert manifest["title"] == "A film"


def test_an_export_says_what_it_was_made_of() -> None:
    manifest = write_export_manifest("A film", "video/mp4", "9:16")
    opened, changed = actions_of(manifest)
    assert (opened["action"], changed["action"]) == ("c2pa.opened", "c2pa.transcoded")
    assert opened["parameters"]["ingredientIds"] == [write_parent("A film")["label"]]


def test_the_packet_is_well_formed_whatever_the_title_holds() -> None:
    odd = "<&>\"' 東京 😀"
    packet = write_xmp(odd, (UsedModel(role=ModelRole.PICTURE, name='a "model" <1>'),))
    document = ET.fromstring(packet.decode().partition("?>")[2].rpartition("<?")[0])  # noqa: S314 - our own
    assert [element.text for element in document.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li")] == [odd]
    assert AI_GENERATED.encode() in packet


def test_the_box_says_how_long_it_is() -> None:
    box = box_xmp(b"packet")
    assert int.from_bytes(box[:4], "big") == len(box)
    assert (box[4:8], box[24:]) == (b"uuid", b"packet")
