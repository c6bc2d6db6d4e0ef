"""Ways to an address inside the house, and addresses that lead out of it: each is refused at the door."""

from typing import Final
from urllib.parse import quote

import pytest
from tests.attacks.refusals import assert_refused
from tests.fakes.gateway import GatewayBench, bearer

pytestmark = pytest.mark.asyncio(loop_scope="module")


INSIDE: Final = "internal/v1/predictions/unbound"
PATHS: Final = {
    "as it is": f"/{INSIDE}",
    "the folder": "/internal",
    "the folder with a slash": "/internal/",
    "in capitals": f"/{INSIDE.upper()}",
    "below the API": f"/api/v1/{INSIDE}",
    "below the API of tomorrow": f"/api/v2/{INSIDE}",
    "below no version of the API": f"/api/{INSIDE}",
    "below half a version of the API": f"/api/v1.0/{INSIDE}",
    "below a version alone": f"/v1/{INSIDE}",
    "below a job": f"/api/v1/jobs/job_1/{INSIDE}",
    "below a service's name": f"/quota/{INSIDE}",
    "two slashes": f"//{INSIDE}",
    "three slashes": f"///{INSIDE}",
    "two slashes further on": f"/api//{INSIDE}",
    "a dot": f"/./{INSIDE}",
    "a dot in an escape": f"/%2e/{INSIDE}",
    "two dots": f"/api/v1/jobs/../../../{INSIDE}",
    "two dots at the beginning": f"/../{INSIDE}",
    "two dots at the end": "/api/v1/jobs/..",
    "two dots in escapes": f"/api/v1/jobs/%2e%2e/%2e%2e/%2e%2e/{INSIDE}",
    "two dots in half an escape": f"/api/v1/jobs/.%2e/.%2E/%2E./{INSIDE}",
    "two dots, encoded twice": f"/api/v1/jobs/%252e%252e/%252e%252e/{INSIDE}",
    "two dots, overlong": f"/api/v1/jobs/%c0%ae%c0%ae/%c0%ae%c0%ae/{INSIDE}",
    "two dots, full width": f"/api/v1/jobs/%ef%bc%8e%ef%bc%8e%2f{INSIDE}",
    "two dots and a parameter": f"/api/v1/jobs/..;/..;/{INSIDE}",
    "a parameter": f"/api/v1/jobs;/../{INSIDE}",
    "a parameter at the end": f"/{INSIDE};x=1",
    "a slash in an escape": f"/api/v1/jobs/..%2f..%2f..%2f{INSIDE}",
    "a slash in an escape, in capitals": f"/api%2Fv1%2F..%2F..%2F{INSIDE}",
    "a slash, encoded twice": f"/api/v1/jobs/..%252f..%252f{INSIDE}",
    "a slash, encoded three times": f"/api/v1/jobs/..%25252f{INSIDE}",
    "a slash, overlong": f"/api/v1/jobs/..%c0%af..%c0%af{INSIDE}",
    "a backslash": f"/api/v1/jobs\\..\\..\\..\\{INSIDE}",
    "a backslash at the beginning": f"/\\{INSIDE}",
    "a backslash in an escape": f"/api/v1/jobs/..%5c..%5c{INSIDE}",
    "a backslash, encoded twice": f"/api/v1/jobs/..%255c{INSIDE}",
    "a letter in an escape": f"/%69nternal{INSIDE[8:]}",
    "a letter in an escape in the API": "/api/v1/%6aobs",
    "a null byte in an escape": f"/{INSIDE}%00",
    "a null byte behind a good path": f"/api/v1/jobs%00/../../{INSIDE}",
    "a line break in escapes": f"/api/v1/jobs/%0d%0aX-OmniGen-Identity:%20forged/{INSIDE}",
    "a tab in an escape": f"/%09/{INSIDE}",
    "a question mark in an escape": f"/api/v1/jobs%3f/../{INSIDE}",
    "a number sign in an escape": f"/api/v1/jobs%23/../{INSIDE}",
    "half an escape": f"/{INSIDE}%2",
    "an escape that is none": f"/{INSIDE}%zz",
    "Unicode's escape": f"/api/v1/jobs/%u002e%u002e/{INSIDE}",
    "a name before a host": f"/api/v1/jobs/..;@jobs:8080/{INSIDE}",
    "no slash at all": INSIDE,
    "an address as a path": f"/http://jobs:8080/../{INSIDE}",
}
EVIL: Final = "evil.example"
RETURNS: Final = {
    "another site": f"https://{EVIL}/",
    "another site over http": f"http://{EVIL}",
    "another site in capitals": f"HTTPS://{EVIL}",
    "another site without slashes": f"https:{EVIL}",
    "another site with one slash": f"https:/{EVIL}",
    "another site with backslashes": f"https:\\\\{EVIL}",
    "no scheme": f"//{EVIL}",
    "no scheme, three slashes": f"///{EVIL}",
    "no scheme, four slashes": f"////{EVIL}/%2e%2e",
    "a slash and a backslash": f"/\\{EVIL}",
    "a backslash and a slash": f"\\/{EVIL}",
    "two backslashes": f"\\\\{EVIL}",
    "a slash in an escape": f"/%2f{EVIL}",
    "a slash in an escape twice": f"%2f%2f{EVIL}",
    "a backslash in an escape": f"/%5c{EVIL}",
    "a tab between": f"/\t/{EVIL}",
    "a line break between": f"/\n/{EVIL}",
    "a carriage return between": f"/\r/{EVIL}",
    "a null byte between": f"/\0/{EVIL}",
    "a space before": f" //{EVIL}",
    "a control character before": f"\x01//{EVIL}",
    "a name before the host": f"/@{EVIL}",
    "our name before the host": f"http://localhost:8080@{EVIL}",
    "our name as a part of the host": f"http://localhost.{EVIL}",
    "our own address, whole": "http://localhost:8080/jobs",
    "a script": "javascript:alert(1)",
    "a script behind a line break": "java\nscript:alert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "a header of one's own": "/jobs\r\nLocation: https://evil.example",
    "a slash that only looks like one": f"/\u2044{EVIL}",
    "a full-width slash": f"/\uff0f{EVIL}",
    "a dot that only looks like one": f"/\u3002{EVIL}",
    "no slash": "jobs",
    "dots": f"/..//{EVIL}",
    "the API": "/api/v1/auth/logout",
    "the API in capitals": "/API/v1/auth/logout",
    "too long": "/" + "x" * 1_000,
}


@pytest.mark.parametrize("name", PATHS)
async def test_no_spelling_leads_inside(bench: GatewayBench, name: str) -> None:
    for headers in ({}, bearer()):
        assert_refused(await bench.ask("GET", PATHS[name], headers), bench)
        posted = await bench.ask("POST", PATHS[name], {**headers, "Content-Type": "application/json"}, [b"{}"])
        assert_refused(posted, bench)


@pytest.mark.parametrize("name", RETURNS)
async def test_nobody_is_led_away_after_a_sign_in(bench: GatewayBench, name: str) -> None:
    asked = quote(RETURNS[name], safe="")
    answer = await bench.ask("GET", f"/api/v1/auth/login?return_to={asked}", {})
    assert_refused(answer, bench)
    assert (answer.status, answer.json["code"]) == (400, "return_refused")
    assert answer.headers_named("set-cookie") == []
