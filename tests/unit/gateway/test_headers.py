"""Which headers pass the door, inwards and outwards."""

import pytest

from omnigen_gateway.domain.headers import read_head, returned_headers


def forwarded(*raw: tuple[bytes, bytes]) -> dict[str, str]:
    return dict(read_head(raw).forwarded)


def test_what_services_need_is_handed_on() -> None:
    sent = [
        (b"accept", b"text/event-stream"),
        (b"content-type", b"application/json"),
        (b"idempotency-key", b"k-1"),
        (b"if-none-match", b'"e"'),
        (b"last-event-id", b"7"),
        (b"range", b"bytes=0-"),
        (b"user-agent", b"curl/8"),
    ]
    assert {(name.lower().encode(), value.encode()) for name, value in forwarded(*sent).items()} == set(sent)


@pytest.mark.parametrize(
    "name",
    [
        b"authorization",
        b"cookie",
        b"host",
        b"connection",
        b"keep-alive",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"expect",
        b"x-omnigen-identity",
        b"x-omnigen-timeout-s",
        b"x-omnigen-anything",
        b"x_omnigen_identity",
        b"x-user-id",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-original-url",
        b"x-rewrite-url",
        b"x-http-method-override",
        b"x-amzn-oidc-data",
        b"x-request-id",
        b"traceparent",
        b"tracestate",
        b"baggage",
        b"content-length",
    ],
)
def test_nothing_else_is_handed_on_as_it_came(name: bytes) -> None:
    assert forwarded((name, b"value")) == {}


def test_a_header_that_connection_names_stays_here() -> None:
    sent = ((b"accept", b"*/*"), (b"idempotency-key", b"k"), (b"connection", b"close, Idempotency-Key"))
    assert forwarded(*sent) == {"Accept": "*/*"}


def test_a_header_that_the_second_connection_names_stays_here_too() -> None:
    named = ((b"connection", b"Idempotency-Key"), (b"connection", b"close"))
    assert forwarded((b"accept", b"*/*"), (b"idempotency-key", b"k"), *named) == {"Accept": "*/*"}
    answered = [(b"X-One", b"1"), (b"Connection", b"X-One"), (b"Connection", b"X-Two"), (b"X-Two", b"2")]
    assert returned_headers(answered) == [(b"cache-control", b"no-store")]


def test_values_stay_text() -> None:
    assert forwarded((b"user-agent", "Grüße".encode())) == {"User-Agent": "Grüße"}
    assert forwarded((b"user-agent", b"\xff")) == {"User-Agent": "�"}


def test_repeated_headers_are_kept_apart() -> None:
    head = read_head([(b"accept", b"a"), (b"accept", b"b"), (b"authorization", b"1"), (b"authorization", b"2")])
    assert head.forwarded == [("Accept", "a"), ("Accept", "b")]
    assert head.doubled == {b"authorization"}


@pytest.mark.parametrize(
    ("raw", "has_body", "length"),
    [
        ([], False, None),
        ([(b"content-length", b"0")], False, 0),
        ([(b"content-length", b"12")], True, 12),
        ([(b"transfer-encoding", b"chunked")], True, None),
    ],
)
def test_a_body_is_declared(raw: list[tuple[bytes, bytes]], has_body: bool, length: int | None) -> None:
    head = read_head(raw)
    assert (head.has_body, head.body_bytes) == (has_body, length)


def test_the_size_is_that_of_the_lines() -> None:
    assert read_head([(b"a", b"bc"), (b"host", b"x")]).size_bytes == len("a: bc\r\nhost: x\r\n")


def test_an_answer_keeps_its_own_headers() -> None:
    sent = [
        (b"Content-Type", b"video/mp4"),
        (b"Location", b"/x"),
        (b"Retry-After", b"2"),
        (b"Cache-Control", b"public"),
    ]
    assert returned_headers(sent) == [(name.lower(), value) for name, value in sent]


@pytest.mark.parametrize(
    "name",
    [
        b"Connection",
        b"Keep-Alive",
        b"Transfer-Encoding",
        b"Trailer",
        b"Upgrade",
        b"Date",
        b"Server",
        b"Set-Cookie",
        b"X-Request-Id",
        b"X-OmniGen-Identity",
        b"x-omnigen-build",
        b"Access-Control-Allow-Origin",
        b"Content-Security-Policy",
        b"Strict-Transport-Security",
    ],
)
def test_what_an_upstream_may_not_say_is_dropped(name: bytes) -> None:
    assert returned_headers([(name, b"x"), (b"Cache-Control", b"no-cache")]) == [(b"cache-control", b"no-cache")]


def test_an_answer_is_not_stored_unless_it_says_so() -> None:
    assert returned_headers([(b"Content-Type", b"application/json")])[-1] == (b"cache-control", b"no-store")


def test_what_an_upstreams_connection_names_is_dropped() -> None:
    sent = [(b"Connection", b"close, X-Hop"), (b"X-Hop", b"1"), (b"Cache-Control", b"private")]
    assert returned_headers(sent) == [(b"cache-control", b"private")]
