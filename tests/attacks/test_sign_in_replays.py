"""Sign-ins that are repeated, mixed, forced on somebody or made up: none of them ends in a session."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import pytest
from tests.attacks.refusals import assert_refused
from tests.fakes.gateway import SESSION_KEY, GatewayBench, open_gateway
from tests.fakes.sign_ins import CALLBACK, Trip, arrive, depart, depart_apart
from tests.fakes.tokens import stranger_key
from tests.fakes.visitors import Answer

from omnigen_gateway.clients.sealing import AesGcmSealer
from omnigen_gateway.domain.sign_in import SignIn, cookie_name
from omnigen_gateway.ports import GrantRefusedError

Attack = Callable[[GatewayBench], Awaitable[Answer]]
VERIFIER: Final = "v" * 43


@pytest.fixture
async def bench() -> AsyncIterator[GatewayBench]:
    async with open_gateway() as opened:
        yield opened


def seal(sign_in: SignIn, key: bytes, name: str = "") -> str:
    name = name or cookie_name(sign_in.state)
    return f"{cookie_name(sign_in.state)}={AesGcmSealer([key]).seal(sign_in.to_bytes(), name)}"


async def answer_to(bench: GatewayBench, sign_in: SignIn, cookie: str) -> Answer:
    return await bench.ask("GET", f"{CALLBACK}?code=code-1&state={sign_in.state}", {"Cookie": cookie})


async def repeat_the_callback(bench: GatewayBench) -> Answer:
    trip = await depart(bench)
    await arrive(bench, trip)
    return await arrive(bench, trip)


async def repeat_the_state_with_a_new_code(bench: GatewayBench) -> Answer:
    trip = await depart(bench)
    await arrive(bench, trip)
    return await arrive(bench, trip, code="code-2")


async def repeat_a_state_that_failed(bench: GatewayBench) -> Answer:
    trip = await depart(bench)
    bench.identity.provider.errors.append(GrantRefusedError())
    await arrive(bench, trip)
    return await arrive(bench, trip)


async def begin_it_in_the_attackers_browser(bench: GatewayBench) -> Answer:
    return await arrive(bench, await depart(bench), cookie="")


async def begin_one_in_each_browser(bench: GatewayBench) -> Answer:
    user, evil = await depart_apart(bench)
    return await arrive(bench, evil, cookie=user.cookie)


async def toss_the_attackers_cookie_under_the_users_name(bench: GatewayBench) -> Answer:
    user, evil = await depart_apart(bench)
    (name,), (value,) = user.cookies, evil.cookies.values()
    return await arrive(bench, user, cookie=f"{name}={value}")


async def toss_a_second_cookie(bench: GatewayBench) -> Answer:
    trip = await depart(bench)
    return await arrive(bench, trip, cookie=f"{trip.cookie}; {trip.cookie}")


async def mix_up_the_states(bench: GatewayBench) -> Answer:
    user, evil = await depart_apart(bench)
    return await arrive(bench, user, cookie=f"{user.cookie}; {evil.cookie}", state=evil.query["state"] + "x")


async def change_the_state(bench: GatewayBench) -> Answer:
    trip = await depart(bench)
    return await arrive(bench, trip, state=trip.query["state"][:-1] + "_")


async def leave_the_state_out(bench: GatewayBench) -> Answer:
    return await arrive(bench, await depart(bench), state="")


async def leave_the_code_out(bench: GatewayBench) -> Answer:
    return await arrive(bench, await depart(bench), code="")


async def send_the_providers_error(bench: GatewayBench) -> Answer:
    trip = await depart(bench)
    target = f"{CALLBACK}?error=access_denied&state={trip.query['state']}"
    return await bench.ask("GET", target, {"Cookie": trip.cookie})


async def send_two_states(bench: GatewayBench) -> Answer:
    trip = await depart(bench)
    target = f"{CALLBACK}?code=code-1&state={trip.query['state']}&state=another"
    return await bench.ask("GET", target, {"Cookie": trip.cookie})


async def change_the_sealed_cookie(bench: GatewayBench) -> Answer:
    trip = await depart(bench)
    (name, value) = next(iter(trip.cookies.items()))
    return await arrive(bench, trip, cookie=f"{name}={value[:-6]}AAAAAA")


async def make_up_a_cookie(bench: GatewayBench) -> Answer:
    sign_in = SignIn("s" * 43, "n" * 43, VERIFIER, "/", 2**40)
    return await answer_to(bench, sign_in, seal(sign_in, b"k" * 32))


async def come_too_late(bench: GatewayBench) -> Answer:
    sign_in = SignIn("s" * 43, "n" * 43, VERIFIER, "/", 1)
    return await answer_to(bench, sign_in, seal(sign_in, base64.b64decode(SESSION_KEY)))


async def take_a_cookie_that_was_sealed_for_another_place(bench: GatewayBench) -> Answer:
    sign_in = SignIn("s" * 43, "n" * 43, VERIFIER, "/", 2**40)
    return await answer_to(bench, sign_in, seal(sign_in, base64.b64decode(SESSION_KEY), "a session's digest"))


async def answer_with_an_older_nonce(bench: GatewayBench) -> Answer:
    first, second = await depart(bench), await depart(bench)
    bench.identity.provider.nonce = first.query["nonce"]
    return await arrive(bench, second)


async def answer_without_a_nonce(bench: GatewayBench) -> Answer:
    trip = await depart(bench)
    bench.identity.provider.id_changes["nonce"] = None
    return await arrive(bench, trip)


async def inject_the_attackers_code(bench: GatewayBench) -> Answer:
    """PKCE: a code is of use to the browser alone that has asked for it."""
    user, evil = await depart_apart(bench)
    bench.identity.provider.challenges["code-of-evil"] = evil.query["code_challenge"]
    bench.identity.provider.nonce = user.query["nonce"]
    return await arrive(bench, user, code="code-of-evil")


async def ask_without_pkce(bench: GatewayBench) -> Answer:
    trip = await depart(bench)
    bench.identity.provider.challenges["code-1"] = ""
    return await arrive(bench, trip)


async def answer_with_somebody_elses_signature(bench: GatewayBench) -> Answer:
    bench.identity.provider.signer = stranger_key()
    return await arrive(bench, await depart(bench))


async def answer_with_tokens_for_another_client(bench: GatewayBench) -> Answer:
    bench.identity.provider.id_changes["aud"] = "another"
    return await arrive(bench, await depart(bench))


async def answer_with_tokens_of_two_users(bench: GatewayBench) -> Answer:
    bench.identity.provider.access_changes["sub"] = "somebody-else"
    return await arrive(bench, await depart(bench))


async def answer_with_an_access_token_for_an_id_token(bench: GatewayBench) -> Answer:
    bench.identity.provider.id_changes["token_use"] = "access"
    return await arrive(bench, await depart(bench))


REPLAYS: Final[dict[str, Attack]] = {
    attack.__name__.replace("_", " "): attack
    for attack in (
        repeat_the_callback,
        repeat_the_state_with_a_new_code,
        repeat_a_state_that_failed,
        begin_it_in_the_attackers_browser,
        begin_one_in_each_browser,
        toss_the_attackers_cookie_under_the_users_name,
        toss_a_second_cookie,
        mix_up_the_states,
        change_the_state,
        leave_the_state_out,
        leave_the_code_out,
        send_the_providers_error,
        send_two_states,
        change_the_sealed_cookie,
        make_up_a_cookie,
        come_too_late,
        take_a_cookie_that_was_sealed_for_another_place,
        answer_with_an_older_nonce,
        answer_without_a_nonce,
        inject_the_attackers_code,
        ask_without_pkce,
        answer_with_somebody_elses_signature,
        answer_with_tokens_for_another_client,
        answer_with_tokens_of_two_users,
        answer_with_an_access_token_for_an_id_token,
    )
}


@pytest.mark.parametrize("name", REPLAYS)
async def test_it_ends_in_no_session(bench: GatewayBench, name: str) -> None:
    answer = await REPLAYS[name](bench)
    assert_refused(answer, bench)
    assert (answer.status, answer.json["code"]) == (400, "sign_in_failed")
    assert len(bench.identity.sessions.sessions) == name.startswith(("repeat the callback", "repeat the state"))


async def test_what_was_not_attacked_works(bench: GatewayBench) -> None:
    trip: Trip = await depart(bench)
    bench.identity.provider.challenges["code-1"] = trip.query["code_challenge"]
    assert (await arrive(bench, trip)).status == 303
    assert len(bench.identity.sessions.sessions) == 1
