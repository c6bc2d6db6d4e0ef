"""Which addresses and which spellings of them anything is sent to."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnigen_shared.outbound.addresses import AddressRule, is_public
from omnigen_shared.outbound.urls import UrlRefusedError, UrlRule

CLOSED = (
    "0.0.0.0",  # noqa: S104 - an address that is refused
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.250",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:808:808::1",
    "2606:4700::5efe:10.0.0.1",
    "2606:4700::200:5efe:127.0.0.1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%lo",
    "fec0::1",
    "ff02::1",
)
OPEN = ("8.8.8.8", "93.184.215.14", "100.63.255.255", "172.32.0.1", "2606:4700:4700::1111", "::ffff:8.8.8.8")


@pytest.mark.parametrize("text", CLOSED)
def test_what_is_not_public_is_not_permitted(text: str) -> None:
    assert not AddressRule().permits(text)


@pytest.mark.parametrize("text", [*OPEN, "64:ff9b::808:808", "2a00:1450:4001::200e"])
def test_what_is_public_is(text: str) -> None:
    assert AddressRule().permits(text)


def test_nothing_that_is_no_address_is_permitted() -> None:
    for text in (
        "",
        "localhost",
        "127.1",
        "0x7f.0.0.1",
        "2130706433",
        "017700000001",
        "[::1]",
        "1.2.3.4 ",
        "\u0661.1.1.1",
    ):
        assert not AddressRule((ip_network("0.0.0.0/0"), ip_network("::/0"))).permits(text), text


def test_a_network_can_be_allowed_and_no_neighbour_of_it() -> None:
    rule = AddressRule((ip_network("127.0.0.1/32"),))
    assert rule.permits("127.0.0.1")
    assert not rule.permits("127.0.0.2")
    assert not rule.permits("::1")
    assert not rule.permits("::ffff:127.0.0.1")


@given(st.ip_addresses(v=4))
def test_whatever_python_calls_private_is_not_public_here(address: object) -> None:
    found = ip_address(str(address))
    if not found.is_global or found.is_multicast:
        assert not is_public(found)
        assert not AddressRule().permits(f"::ffff:{found}")
        assert not AddressRule().permits(f"64:ff9b::{found}")


@given(st.ip_addresses(v=6))
def test_and_of_the_longer_ones(address: object) -> None:
    found = ip_address(str(address))
    if found.version == 6 and found.ipv4_mapped is None and (not found.is_global or found.is_multicast):
        assert not is_public(found)


REFUSED = (
    "",
    "x",
    "example.com/hook",
    "//example.com/hook",
    "ftp://example.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://",
    "https:///hook",
    "https://user@example.com/",
    "https://user:secret@example.com/",
    "https://:@example.com/",
    "https://example.com:22/",
    "https://example.com:0/",
    "https://example.com:65536/",
    "https://example.com:x/",
    "https://example.com\\@evil.example/",
    "https://exa mple.com/",
    "https://example.com/\n",
    "https://example.com/\u00e9",
    "https://localhost/",
    "https://localhost./",
    "https://metadata/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://0/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0X7F.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.0.0.1./",
    "https://127.0.0.01/",
    "https://8.8.8.8.8/",
    "https://0x08080808/",
    "https://a.b.0x7f/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[0:0:0:0:0:ffff:7f00:0001]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[fe80::1%25eth0]/",
    "https://[fd00:ec2::254]/",
    "https://[::1/",
    "https://%31%32%37.0.0.1/",
)


@pytest.mark.parametrize("text", REFUSED)
def test_no_spelling_of_a_closed_address_passes(text: str) -> None:
    with pytest.raises(UrlRefusedError, match=r"^(?:must|is)"):
        UrlRule().check(text)
    with pytest.raises(UrlRefusedError):
        UrlRule(allows_http=True).check(text.replace("https:", "http:"))


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com",
        "https://example.com/hook?a=b%20c",
        "https://hooks.example.com:8443/x",
        "https://93.184.215.14/",
        "https://[2606:4700:4700::1111]/",
        "https://xn--bcher-kva.example/",
        "https://1a.example/",
        "https://example.com./",
    ],
)
def test_what_is_right_passes_as_it_was_written(text: str) -> None:
    assert str(UrlRule().check(text)).rstrip("/") == text.rstrip("/")


def test_a_fragment_is_not_sent() -> None:
    assert str(UrlRule().check("https://example.com/a#b")) == "https://example.com/a"


def test_http_and_loopback_are_for_whoever_allows_them() -> None:
    with pytest.raises(UrlRefusedError, match="https://"):
        UrlRule().check("http://example.com/")
    rule = UrlRule(AddressRule((ip_network("127.0.0.1/32"),)), allows_http=True)
    for text in ("http://127.0.0.1:8080/hook", "http://localhost:9999/", "https://example.com/"):
        assert rule.check(text)
    for text in ("http://127.0.0.2/", "http://[::1]/", "http://10.0.0.1/", "http://2130706433/", "http://0177.0.0.1/"):
        with pytest.raises(UrlRefusedError):
            rule.check(text)
