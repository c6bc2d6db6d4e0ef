"""Receipts that can be shown to others: what they say, and what becomes of the signature when somebody changes it."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from pydantic import SecretStr
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import JOB, RECEIPT_KEY, JobsBench, make_job, make_settings, make_storyboard, open_http

from omnigen_jobs.clients.sealing import ReceiptSealer, is_sealed
from omnigen_jobs.domain.receipts import attach, to_payload
from omnigen_jobs.domain.records import Money
from omnigen_jobs.verify import main
from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.identity import IdentitySigner
from omnigen_shared.testing.identities import new_key_pair

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def receipt(http: httpx.AsyncClient, bench: JobsBench) -> dict[str, Any]:
    """Of a job whose second clip was sent, and whose third was there before."""
    job = make_job(bench.clock, storyboard=make_storyboard())
    seed(bench.store, job)
    await bench.plan(JOB, "scene-02.1")
    await bench.send("p-1", JOB, "scene-02.1")
    await bench.move("created", "settled", JOB, "scene-02.1", actual_microusd=150_000)
    return (await http.get(f"/api/v1/jobs/{JOB}/receipt")).json()  # type: ignore[no-any-return]


async def keys_of(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    return (await http.get("/api/v1/receipts/keys")).json()["keys"]  # type: ignore[no-any-return]


async def test_it_says_what_was_paid_for(receipt: dict[str, Any]) -> None:
    (call,) = receipt["calls"]
    assert (call["seconds"], call["round"], call["cached"]) == (6, 1, False)
    assert call["sent_at"] == receipt["issued_at"] == "2026-11-24T12:00:00.000000Z"
    assert (receipt["status"], receipt["is_final"], receipt["total_usd"]) == ("pending", False, "0.15")


async def test_it_is_final_once_all_is_accounted_for(http: httpx.AsyncClient, bench: JobsBench) -> None:
    ended = make_job(bench.clock, status=JobStatus.FAILED, money=Money.CLOSED)
    for job, is_final in (
        (ended, True),
        (replace(ended, money=Money.RESERVED), False),
        (replace(ended, status=JobStatus.GENERATING), False),
    ):
        seed(bench.store, job)
        assert (await http.get(f"/api/v1/jobs/{JOB}/receipt")).json()["is_final"] is is_final


async def test_the_served_key_verifies_it_and_nothing_changed(http: httpx.AsyncClient, receipt: dict[str, Any]) -> None:
    keys = await keys_of(http)
    assert is_sealed(receipt, keys)
    assert set(keys[0]) == {"kty", "crv", "x", "y", "kid", "alg", "use"}
    changed: list[dict[str, Any]] = [
        {**receipt, "total_usd": "0.14"},
        {**receipt, "is_final": True},
        {**receipt, "more": None},
        {**receipt, "calls": []},
        {name: value for name, value in receipt.items() if name != "job_id"},
    ]
    for other in changed:
        assert not is_sealed(other, keys), other


async def test_a_signature_that_is_none_of_ours_is_none(http: httpx.AsyncClient, receipt: dict[str, Any]) -> None:
    keys, payload = await keys_of(http), to_payload(receipt)
    head, _, mark = receipt["signature"].split(".")
    strangers = ReceiptSealer([new_key_pair()[0]])
    identity = IdentitySigner("jobs", RECEIPT_KEY).sign("quota", "user-1", "free").split(".")
    wrongs = (
        "", "..", "a.b", f"{head}.{mark}", f"{head}..", f"..{mark}", attach(receipt["signature"], payload),
        f"{head}..{mark[:-2]}AA", strangers.seal(payload), f"{identity[0]}..{identity[2]}",
        "eyJhbGciOiJub25lIn0..", f"eyJhbGciOiJIUzI1NiJ9..{mark}",
    )  # fmt: skip
    for wrong in wrongs:
        assert not is_sealed({**receipt, "signature": wrong}, keys), wrong
    assert not is_sealed(receipt, [])
    assert not is_sealed(receipt, strangers.public_keys)


async def test_a_key_that_has_signed_before_is_still_served(bench: JobsBench, receipt: dict[str, Any]) -> None:
    fresh, _ = new_key_pair()
    settings = make_settings(receipt_keys=[SecretStr(fresh), SecretStr(RECEIPT_KEY)])
    later = JobsBench(store=bench.store, settings=settings)
    async with open_http(later) as http:
        keys = await keys_of(http)
        assert len(keys) == 2
        assert is_sealed(receipt, keys)
        anew = (await http.get(f"/api/v1/jobs/{JOB}/receipt")).json()
    assert is_sealed(anew, keys[:1])
    assert not is_sealed(anew, keys[1:])
    assert RECEIPT_KEY not in repr(settings)


async def test_the_command_says_whether_it_is_ours(
    http: httpx.AsyncClient, receipt: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told, keys = tmp_path / "receipt.json", tmp_path / "keys.json"
    keys.write_bytes(orjson.dumps({"keys": await keys_of(http)}))
    told.write_bytes(orjson.dumps(receipt))
    assert main([str(told), str(keys)]) == 0
    told.write_bytes(orjson.dumps({**receipt, "total_usd": "0"}))
    assert main([str(told), str(keys)]) == 1
    assert "NOT as one of these keys" in capsys.readouterr().out
    told.write_bytes(b"[]")
    assert main([str(told), str(keys)]) == 2
    assert main([str(tmp_path / "none"), str(keys)]) == 2


async def test_what_the_page_shows_to_check_one_works(http: httpx.AsyncClient, receipt: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "receipts.md").read_text()
    shown: dict[str, Any] = {}
    code = re.findall("```python\n(.*?)```", page, re.DOTALL)
    exec(code[0], shown)  # noqa: S102 - our own page
    assert shown["is_ours"](receipt, await keys_of(http))
