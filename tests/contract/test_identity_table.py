"""Sessions and API keys: the same promises of the table `identity` in memory and in DynamoDB."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.fakes.emulated_usage import FaultyClient, lost_reply, open_usage_table
from tests.fakes.identity import FakeKeyTable, FakeProvider, FakeSessionTable
from tests.fakes.tokens import CLIENT_ID, ISSUER, USER_ID, FakeKeys

from omnigen_gateway.clients.sealing import AesGcmSealer
from omnigen_gateway.domain.api_keys import MAX_KEYS, ApiKey, hash_of
from omnigen_gateway.domain.claims import Expected
from omnigen_gateway.domain.sessions import Session, digest_of
from omnigen_gateway.ports import KeyTable, Renewal, SessionTable
from omnigen_gateway.service.callers import Signatures
from omnigen_gateway.service.sessions import Sessions
from omnigen_gateway.store.api_keys import DynamoKeyTable
from omnigen_gateway.store.sessions import DynamoSessionTable
from omnigen_shared.contracts.base import UserId
from omnigen_shared.errors import DependencyUnavailableError

USER = UserId("user-1")
OTHER = UserId("user-2")
KEY = bytes(range(32))
SESSION = Session(USER, "anna@example.com", "refresh-0", 1_000, 9_000, 2_000)
NEXT = replace(SESSION, refresh_token="refresh-1", fresh_until=5_600, version=2)


@dataclass
class Tables:
    sessions: SessionTable
    keys: KeyTable
    client: Any = None
    name: str = ""


@pytest.fixture(params=["memory", "dynamodb"])
def endpoint(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "memory" else request.getfixturevalue("emulator_url")


@pytest.fixture
async def tables(endpoint: str | None) -> AsyncIterator[Tables]:
    if endpoint is None:
        yield Tables(FakeSessionTable(), FakeKeyTable())
        return
    async with open_usage_table(endpoint) as (client, name):
        yield Tables(DynamoSessionTable(client, name, AesGcmSealer([KEY])), DynamoKeyTable(client, name), client, name)


@pytest.fixture
async def real(emulator_url: str) -> AsyncIterator[Tables]:
    async with open_usage_table(emulator_url) as (client, name):
        faulty: Any = FaultyClient(client)
        sealer = AesGcmSealer([KEY])
        yield Tables(DynamoSessionTable(faulty, name, sealer), DynamoKeyTable(faulty, name), faulty, name)


def key(number: int = 0, user_id: UserId = USER, **changes: Any) -> ApiKey:
    scopes = frozenset({"jobs:read", "usage:read"})
    made = ApiKey(f"{number:016x}", user_id, f"key {number}", scopes, hash_of("secret"), 1_000, 9_000)
    return replace(made, **changes)


async def test_a_session_is_found_as_it_was_put_until_it_is_removed(tables: Tables) -> None:
    await tables.sessions.check()
    assert await tables.sessions.find("d") is None
    await tables.sessions.put("d", SESSION)
    assert await tables.sessions.find("d") == SESSION
    assert await tables.sessions.find("e") is None
    for _ in range(2):
        await tables.sessions.remove("d")
        assert await tables.sessions.find("d") is None


async def test_one_at_a_time_may_renew(tables: Tables) -> None:
    await tables.sessions.put("d", SESSION)
    assert await tables.sessions.lease("d", 1, "one", 100, 115)
    assert await tables.sessions.lease("d", 1, "one", 100, 115), "the same one may ask again"
    assert not await tables.sessions.lease("d", 1, "two", 114, 129)
    assert await tables.sessions.renew("d", "two", NEXT) is Renewal.OVERTAKEN
    assert await tables.sessions.renew("d", "one", NEXT) is Renewal.KEPT
    assert await tables.sessions.renew("d", "one", NEXT) is Renewal.KEPT, "a lost reply is answered by asking again"
    assert await tables.sessions.find("d") == NEXT
    assert not await tables.sessions.lease("d", 1, "two", 200, 215), "that version is over"
    assert await tables.sessions.lease("d", 2, "two", 200, 215)


async def test_many_gateways_renew_a_session_once(tables: Tables) -> None:
    provider, signatures, expected = FakeProvider(), Signatures(FakeKeys()), Expected(ISSUER, CLIENT_ID)
    gateways = [Sessions(tables.sessions, provider, signatures, expected) for _ in range(6)]
    session_id = await gateways[0].begin(await provider.exchange("code", "verifier", "uri"), "")
    digest = digest_of(session_id)
    begun = await tables.sessions.find(digest)
    assert begun is not None
    await tables.sessions.put(digest, replace(begun, fresh_until=1))
    callers = await asyncio.gather(*(gateway.get_caller(session_id) for gateway in gateways for _ in range(5)))
    assert {caller.user_id for caller in callers} == {USER_ID}
    assert provider.refreshes == ["refresh-1"]
    renewed = await tables.sessions.find(digest)
    assert renewed is not None
    assert (renewed.refresh_token, renewed.version) == ("refresh-2", 2)


async def test_a_lease_ends_by_itself_or_is_given_up(tables: Tables) -> None:
    await tables.sessions.put("d", SESSION)
    assert await tables.sessions.lease("d", 1, "one", 100, 115)
    assert await tables.sessions.lease("d", 1, "two", 115, 130)
    assert await tables.sessions.renew("d", "one", NEXT) is Renewal.OVERTAKEN
    await tables.sessions.give_up("d", "one")
    assert not await tables.sessions.lease("d", 1, "one", 116, 131), "it was not theirs to give up"
    await tables.sessions.give_up("d", "two")
    assert await tables.sessions.lease("d", 1, "one", 116, 131)


async def test_only_who_holds_the_lease_removes_under_it(tables: Tables) -> None:
    await tables.sessions.put("d", SESSION)
    assert await tables.sessions.lease("d", 1, "one", 100, 115)
    await tables.sessions.remove_leased("d", "two")
    assert await tables.sessions.find("d") == SESSION
    for _ in range(2):
        await tables.sessions.remove_leased("d", "one")
        assert await tables.sessions.find("d") is None


async def test_what_was_ended_meanwhile_is_not_renewed(tables: Tables) -> None:
    await tables.sessions.put("d", SESSION)
    assert await tables.sessions.lease("d", 1, "one", 100, 115)
    await tables.sessions.remove("d")
    assert await tables.sessions.renew("d", "one", NEXT) is Renewal.GONE
    assert await tables.sessions.find("d") is None
    assert not await tables.sessions.lease("d", 1, "one", 100, 115)
    await tables.sessions.give_up("d", "one")


async def test_a_name_is_used_once(tables: Tables) -> None:
    assert await tables.sessions.use_once("state", "one", 9_000)
    assert await tables.sessions.use_once("state", "one", 9_000), "a lost reply is answered by asking again"
    assert not await tables.sessions.use_once("state", "two", 9_000)
    assert await tables.sessions.use_once("another", "two", 9_000)


async def test_the_last_sign_out_everywhere_is_known(tables: Tables) -> None:
    assert await tables.sessions.find_cutoff(USER) == 0
    await tables.sessions.put_cutoff(USER, 1_234)
    assert (await tables.sessions.find_cutoff(USER), await tables.sessions.find_cutoff(OTHER)) == (1_234, 0)


async def test_a_key_is_its_users(tables: Tables) -> None:
    assert await tables.keys.add(key(1))
    assert await tables.keys.add(key(2, OTHER))
    assert await tables.keys.find(key(1).key_id) == key(1)
    assert await tables.keys.find(key(3).key_id) is None
    assert await tables.keys.list_of(USER) == [key(1)]
    assert not await tables.keys.remove(OTHER, key(1).key_id)
    assert await tables.keys.find(key(1).key_id) == key(1)
    assert await tables.keys.remove(USER, key(1).key_id)
    assert await tables.keys.find(key(1).key_id) is None
    assert await tables.keys.list_of(USER) == []
    assert not await tables.keys.remove(USER, key(1).key_id)


async def test_a_user_has_no_more_keys_than_they_may(tables: Tables) -> None:
    for number in range(MAX_KEYS):
        assert await tables.keys.add(key(number))
    assert not await tables.keys.add(key(MAX_KEYS))
    assert await tables.keys.find(key(MAX_KEYS).key_id) is None
    assert await tables.keys.add(key(100, OTHER))
    assert await tables.keys.remove(USER, key(0).key_id)
    assert await tables.keys.add(key(MAX_KEYS))


async def test_many_at_once_make_no_more_keys_than_one_may_have(tables: Tables) -> None:
    for number in range(MAX_KEYS - 3):
        assert await tables.keys.add(key(number))
    made = await asyncio.gather(*(tables.keys.add(key(100 + number)) for number in range(8)))
    assert made.count(True) == 3
    assert len(await tables.keys.list_of(USER)) == MAX_KEYS


async def test_the_last_use_is_noted_and_brings_nothing_back(tables: Tables) -> None:
    await tables.keys.add(key(1))
    await tables.keys.note_use(key(1).key_id, 1_500)
    assert await tables.keys.find(key(1).key_id) == key(1, last_used_at=1_500)
    await tables.keys.remove(USER, key(1).key_id)
    await tables.keys.note_use(key(1).key_id, 1_600)
    assert await tables.keys.find(key(1).key_id) is None


async def test_nobody_reads_tokens_addresses_or_secrets_in_the_table(emulator_url: str) -> None:
    async with open_usage_table(emulator_url) as (client, name):
        await DynamoSessionTable(client, name, AesGcmSealer([KEY])).put("d", SESSION)
        await DynamoKeyTable(client, name).add(key(1))
        text = json.dumps((await client.scan(TableName=name))["Items"], default=str)
        for secret in ("refresh-0", "anna", '"secret"'):
            assert secret not in text
        assert "d" in text


async def test_a_session_is_read_with_the_key_that_sealed_it_and_nowhere_else(emulator_url: str) -> None:
    other = os.urandom(32)
    async with open_usage_table(emulator_url) as (client, name):
        await DynamoSessionTable(client, name, AesGcmSealer([KEY])).put("d", SESSION)
        rotated = DynamoSessionTable(client, name, AesGcmSealer([other, KEY]))
        assert await rotated.find("d") == SESSION
        assert await DynamoSessionTable(client, name, AesGcmSealer([other])).find("d") is None
        item = (await client.get_item(TableName=name, Key={"pk": {"S": "SESSION#d"}, "sk": {"S": "SESSION"}}))["Item"]
        await client.put_item(TableName=name, Item={**item, "pk": {"S": "SESSION#e"}})
        assert await rotated.find("e") is None, "moved into another session's place"


async def test_a_lost_reply_of_a_renewal_is_no_loss(real: Tables) -> None:
    await real.sessions.put("d", SESSION)
    assert await real.sessions.lease("d", 1, "one", 100, 115)
    real.client.after.append(lost_reply())
    with pytest.raises(DependencyUnavailableError):
        await real.sessions.renew("d", "one", NEXT)
    assert await real.sessions.renew("d", "one", NEXT) is Renewal.KEPT
    assert await real.sessions.find("d") == NEXT
