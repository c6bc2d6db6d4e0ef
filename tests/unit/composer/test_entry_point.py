from typing import Any

import pytest

from omnigen_composer import __main__ as entry_point


def test_a_unit_that_starts_children_does_not_run_on_uvloop(monkeypatch: pytest.MonkeyPatch) -> None:
    served: dict[str, Any] = {}
    monkeypatch.setattr(entry_point, "serve", lambda unit, *_given, **options: served.update(options, unit=unit))
    monkeypatch.setenv("ASSETS_BUCKET", "assets")
    monkeypatch.setenv("IDENTITY_PUBLIC_KEYS", "{}")
    monkeypatch.setenv("SIGNING_KEY", "pem")
    monkeypatch.setenv("SIGNING_CERTIFICATES", "pem")
    entry_point.main()
    assert callable(served.pop("on_stop"))
    assert served == {"unit": "composer", "loop": "asyncio"}
