"""`make down` and `make up` again: users, jobs, videos and paid clips are still there."""

from pathlib import Path

from tests.integration.visitors import Visitor

from omnigen_local.demo.accounts import UserPool, keep_account, sign_in
from omnigen_local.stack import LocalStack, StackPlan

PROMPT = "a film about things that stay as they were left"


async def open_visitor(stack: LocalStack, account_path: Path) -> Visitor:
    record = stack.record()
    pool = UserPool(record.emulator_url, record.user_pool_id, record.user_pool_client_id)
    account = await keep_account(pool, account_path)
    return Visitor(record.gateway_url, await sign_in(pool, account), account.email)


def plan_in(folder: Path) -> StackPlan:
    """Other ports each time: nothing that is kept may depend on them."""
    return StackPlan(folder / "state", folder / "logs", keep_emulator_state=True)


async def test_a_stack_comes_back_with_all_that_it_held(tmp_path: Path) -> None:
    account_path = tmp_path / "account.json"
    async with LocalStack(plan_in(tmp_path)) as stack:
        before = await open_visitor(stack, account_path)
        film = await before.watch_job(tmp_path / "film.mp4", prompt=PROMPT)
        assert film.job["status"] == "completed", film.job["problem"]

    async with LocalStack(plan_in(tmp_path)) as stack:
        after = await open_visitor(stack, account_path)
        assert after.email == before.email
        assert (await after.call("GET", film.job["links"]["self"])).body == film.job
        redirect = await after.call("GET", film.job["links"]["video"])
        video = await Visitor(redirect.headers["Location"]).call("GET", "")
        assert film.path is not None
        assert video.raw == film.path.read_bytes()
        again = await after.watch_job(tmp_path / "again.mp4", prompt=PROMPT)
        assert again.job["status"] == "completed", again.job["problem"]
        assert all(call["cached"] for call in again.receipt["calls"])
