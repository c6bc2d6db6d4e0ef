"""Whoever keeps silent is waited for so long, and no longer."""

import asyncio

import pytest
from botocore.exceptions import ClientError
from tests.fakes.time_travel import run_virtually

from omnigen_shared.aws.asking import ask
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.patience import ANSWER_WITHIN_S, TO_TELL_S, answering_within, within_reason

SERVICE_ANSWERS_WITHIN_S = 25


def test_a_table_that_keeps_silent_is_told_before_a_service_has_to_answer() -> None:
    async def ask_in_vain() -> float:
        began = asyncio.get_running_loop().time()
        with pytest.raises(DependencyUnavailableError) as problem:
            await ask(asyncio.Event().wait)
        assert problem.value.retry_after_s == 1
        return asyncio.get_running_loop().time() - began

    assert run_virtually(ask_in_vain()) == pytest.approx(ANSWER_WITHIN_S)
    assert 2 * ANSWER_WITHIN_S < SERVICE_ANSWERS_WITHIN_S


def test_a_table_that_comes_back_meanwhile_answers() -> None:
    answers = iter([ClientError({"Error": {"Code": "ThrottlingException"}}, "GetItem")] * 4)

    async def stumble() -> str:
        for error in answers:
            raise error
        return "the item"

    assert run_virtually(ask(stumble)) == "the item"


def test_however_many_waits_there_are_they_end_before_the_request_does() -> None:
    async def wait_again_and_again() -> None:
        for _ in range(10):
            async with within_reason("Somebody slow"):
                await asyncio.sleep(5)

    async def answer() -> float:
        began = asyncio.get_running_loop().time()
        with answering_within(SERVICE_ANSWERS_WITHIN_S), pytest.raises(DependencyUnavailableError):
            await wait_again_and_again()
        return asyncio.get_running_loop().time() - began

    assert run_virtually(answer()) == pytest.approx(SERVICE_ANSWERS_WITHIN_S - TO_TELL_S)


def test_who_asks_for_an_answer_within_a_second_gets_one() -> None:
    async def answer() -> str:
        with answering_within(1):
            async with within_reason("Somebody quick"):
                await asyncio.sleep(0.8)
        return "in time"

    assert run_virtually(answer()) == "in time"


def test_work_that_outlives_its_request_is_not_held_to_its_time() -> None:
    async def work() -> str:
        await asyncio.sleep(SERVICE_ANSWERS_WITHIN_S)
        async with within_reason("Somebody slow"):
            await asyncio.sleep(5)
        return "done"

    async def begin_and_answer() -> str:
        with answering_within(SERVICE_ANSWERS_WITHIN_S):
            working = asyncio.create_task(work())
        return await working

    assert run_virtually(begin_and_answer()) == "done"
