"""The studio's files where the gateway serves them: nothing beside them, and pages that run nothing of others."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.fakes.gateway import GatewayBench, open_gateway
from tests.fakes.visitors import Answer

S3, SIGN_IN = "https://media.example", "https://pool.example"


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[GatewayBench]:
    folder = tmp_path / "studio"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>studio</title>")
    (folder / "assets" / "app-1a2b.js").write_text("start()")
    (folder / "favicon.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("hidden")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    async with open_gateway(studio_dir=folder, s3_public_url=S3, cognito_public_url=SIGN_IN) as opened:
        yield opened


def text_of(answer: Answer) -> str:
    return b"".join(answer.parts).decode()


@pytest.mark.parametrize("path", ["/", "/index.html", "/jobs", "/jobs/job_1", "/assetsx"])
async def test_every_page_is_the_studio(bench: GatewayBench, path: str) -> None:
    answer = await bench.ask("GET", path, {})
    assert (answer.status, text_of(answer)) == (200, "<title>studio</title>")
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert answer.header("cache-control") == "no-cache"
    assert answer.header("x-content-type-options") == "nosniff"


async def test_a_page_runs_and_asks_nothing_of_others(bench: GatewayBench) -> None:
    policy = (await bench.ask("GET", "/", {})).header("content-security-policy") or ""
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert (rules["default-src"], rules["base-uri"], rules["frame-ancestors"]) == ("'none'", "'none'", "'none'")
    assert (rules["script-src"], rules["style-src"]) == ("'self'", "'self'")
    assert (rules["connect-src"], rules["media-src"]) == (f"'self' {S3}", f"'self' blob: {S3}")
    assert rules["form-action"] == f"'self' {SIGN_IN}"


async def test_code_is_sent_compressed_to_whoever_takes_it(bench: GatewayBench, tmp_path: Path) -> None:
    code = "start();" * 1000
    (tmp_path / "studio" / "assets" / "large-1a2b.js").write_text(code)
    answer = await bench.ask("GET", "/assets/large-1a2b.js", {"Accept-Encoding": "gzip"})
    body = b"".join(answer.parts)
    assert (answer.header("content-encoding"), answer.header("vary")) == ("gzip", "Accept-Encoding")
    assert (gzip.decompress(body).decode(), len(body) < 200) == (code, True)
    plain = await bench.ask("GET", "/assets/large-1a2b.js", {"Accept-Encoding": "identity"})
    assert (plain.header("content-encoding"), text_of(plain)) == (None, code)


async def test_what_is_named_by_its_content_is_kept_for_ever(bench: GatewayBench) -> None:
    answer = await bench.ask("GET", "/assets/app-1a2b.js", {})
    assert (answer.status, text_of(answer)) == (200, "start()")
    assert answer.header("cache-control") == "public, max-age=31536000, immutable"
    assert (await bench.ask("GET", "/favicon.svg", {})).header("cache-control") == "no-cache"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/assets/app-0000.js", 404, "not_found"),
        ("/secret.txt", 404, "not_found"),
        ("/link.txt", 404, "not_found"),
        ("/api/v1/nothing", 404, "not_found"),
        ("/api/v1/jobs/", 404, "not_found"),
        ("/api", 404, "not_found"),
        ("/API/v1/nothing", 404, "not_found"),
        ("/internal/v1/jobs", 403, "forbidden"),
        ("/../secret.txt", 400, "malformed_request"),
        ("/%2e%2e/secret.txt", 400, "malformed_request"),
        ("/assets/..%2f..%2fsecret.txt", 400, "malformed_request"),
        ("/assets/..%5c..%5csecret.txt", 400, "malformed_request"),
        ("//api/v1/jobs", 400, "malformed_request"),
        ("/api%2fv1/jobs", 400, "malformed_request"),
    ],
)
async def test_what_is_not_the_studios_is_not_there(bench: GatewayBench, path: str, status: int, code: str) -> None:
    answer = await bench.ask("GET", path, {})
    assert (answer.status, answer.json["code"]) == (status, code)
    assert "hidden" not in text_of(answer)
    assert "studio" not in text_of(answer)


@pytest.mark.parametrize("path", ["/api/v1/jobs", "/api/v1/auth/me", "/api/v1/usage"])
async def test_it_shadows_nothing_of_the_api(bench: GatewayBench, path: str) -> None:
    assert (await bench.ask("GET", path, {})).status == 401
    assert (await bench.ask("GET", "/api/v1/health", {})).json == {"status": "ok"}


async def test_it_is_only_read(bench: GatewayBench) -> None:
    assert (await bench.ask("POST", "/jobs", {})).status == 405


async def test_without_a_folder_there_is_none() -> None:
    async with open_gateway() as opened:
        assert (await opened.ask("GET", "/", {})).status == 404
