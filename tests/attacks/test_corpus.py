"""How many attacks there are, each a test with a name of its own."""

from collections.abc import Sized
from typing import Final

from tests.attacks.test_forged_identities import FORGED
from tests.attacks.test_forged_keys import KEYS
from tests.attacks.test_forged_sessions import COOKIES, CROSS_SITE
from tests.attacks.test_forged_tokens import FORGERIES
from tests.attacks.test_paths import PATHS, RETURNS
from tests.attacks.test_raw_bytes import IDENTITIES, LINES, RAW, SMUGGLED
from tests.attacks.test_sign_in_replays import REPLAYS

TABLES: Final[dict[str, tuple[Sized, int]]] = {
    "tokens": (FORGERIES, 90),
    "keys": (KEYS, 20),
    "cookies": (COOKIES, 15),
    "cross-site requests": (CROSS_SITE, 8),
    "sign-ins": (REPLAYS, 18),
    "ways inside": (PATHS, 40),
    "ways out": (RETURNS, 30),
    "identities": (FORGED, 20),
    "smuggled requests": (SMUGGLED, 30),
    "lines": (LINES, 30),
    "identities in strange lines": (IDENTITIES, 6),
}


def test_none_is_lost() -> None:
    for kind, (table, least) in TABLES.items():
        assert len(table) >= least, kind
    assert len(RAW) == len(SMUGGLED) + len(LINES) + len(IDENTITIES), "two of one name"
