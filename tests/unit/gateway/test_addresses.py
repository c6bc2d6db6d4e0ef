"""The limit of what one client address may ask."""

import pytest

from omnigen_gateway.domain.addresses import AddressLimit, network_of


def test_so_many_at_once_then_one_by_one() -> None:
    limit = AddressLimit(per_min=60, burst=3)
    assert [limit.find_wait("192.0.2.1", 10.0) for _ in range(4)] == [None, None, None, 1]
    assert limit.find_wait("192.0.2.1", 10.9) == 1
    assert limit.find_wait("192.0.2.1", 11.0) is None
    assert limit.find_wait("192.0.2.1", 11.0) == 1


def test_a_refusal_costs_no_token() -> None:
    limit = AddressLimit(per_min=60, burst=1)
    assert limit.find_wait("192.0.2.1", 0.0) is None
    assert [limit.find_wait("192.0.2.1", 0.5) for _ in range(50)] == [1] * 50
    assert limit.find_wait("192.0.2.1", 1.0) is None


def test_a_pause_gives_the_burst_back_and_no_more() -> None:
    limit = AddressLimit(per_min=60, burst=3)
    assert [limit.find_wait("192.0.2.1", 0.0) for _ in range(3)] == [None] * 3
    assert [limit.find_wait("192.0.2.1", 1e6) for _ in range(4)] == [None, None, None, 1]


def test_the_wait_is_told_in_whole_seconds() -> None:
    limit = AddressLimit(per_min=6, burst=1)
    assert limit.find_wait("192.0.2.1", 0.0) is None
    assert limit.find_wait("192.0.2.1", 0.5) == 10
    assert limit.find_wait("192.0.2.1", 9.9) == 1


def test_addresses_do_not_share() -> None:
    limit = AddressLimit(per_min=60, burst=1)
    assert limit.find_wait("192.0.2.1", 0.0) is None
    assert limit.find_wait("192.0.2.2", 0.0) is None
    assert limit.find_wait("192.0.2.1", 0.0) == 1


def test_zero_is_no_limit() -> None:
    limit = AddressLimit(per_min=0, burst=1)
    assert [limit.find_wait("192.0.2.1", 0.0) for _ in range(1000)] == [None] * 1000
    assert len(limit) == 0


def test_only_so_many_addresses_are_kept() -> None:
    limit = AddressLimit(per_min=60, burst=1, capacity=2)
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        assert limit.find_wait(address, 0.0) is None
    assert len(limit) == 2
    assert limit.find_wait("192.0.2.3", 0.0) == 1
    assert limit.find_wait("192.0.2.1", 0.0) is None


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix:/run/socket", "unix:/run/socket"),
        ("", ""),
    ],
)
def test_what_counts_as_one_client(address: str, network: str) -> None:
    assert network_of(address) == network
