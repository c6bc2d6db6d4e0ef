import base64

import pytest

from omnigen_local.simulator.canonical import fingerprint, rendering_key, strip_queries
from omnigen_local.simulator.pictures import PictureError, decode_data_url

CLIP = {"prompt": "a lake", "seed": 1, "image": "https://files.test/a.png?X-Amz-Signature=1"}


def test_queries_of_addresses_are_cut_off_wherever_they_are() -> None:
    assert strip_queries(["https://a.test/b?c=1#d", "plain?text", 3]) == ["https://a.test/b", "plain?text", 3]


def test_a_newly_signed_link_is_the_same_input() -> None:
    again = {**CLIP, "image": "https://files.test/a.png?X-Amz-Signature=2"}
    assert fingerprint("a/b", CLIP) == fingerprint("a/b", again)
    assert rendering_key("r", "a/b", CLIP) == rendering_key("r", "a/b", again)


def test_the_order_of_fields_does_not_matter() -> None:
    assert fingerprint("a/b", CLIP) == fingerprint("a/b", dict(reversed(CLIP.items())))


def test_every_input_the_model_and_the_recipe_matter() -> None:
    keys = {
        rendering_key("r", "a/b", CLIP),
        rendering_key("s", "a/b", CLIP),
        rendering_key("r", "a/c", CLIP),
        rendering_key("r", "a/b", {**CLIP, "prompt": "a sea"}),
        rendering_key("r", "a/b", {**CLIP, "seed": 2}),
        rendering_key("r", "a/b", {**CLIP, "image": "https://files.test/b.png"}),
        rendering_key("r", "a/b", CLIP, length_share=0.5),
    }
    assert len(keys) == 7


def test_markers_count_as_another_request_but_draw_the_same() -> None:
    marked = {**CLIP, "prompt": "a lake [[sim:slow]]"}
    assert fingerprint("a/b", marked) != fingerprint("a/b", CLIP)
    assert rendering_key("r", "a/b", marked) == rendering_key("r", "a/b", CLIP)


def test_data_urls_hold_their_content() -> None:
    assert decode_data_url("data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()) == b"\x89PNG"
    assert decode_data_url("data:text/plain,a%20b") == b"a b"


@pytest.mark.parametrize("url", ["data:image/png;base64", "data:image/png;base64,%%%"])
def test_malformed_data_urls_are_told(url: str) -> None:
    with pytest.raises(PictureError, match="Malformed"):
        decode_data_url(url)
