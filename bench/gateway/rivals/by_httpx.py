"""The proxy over httpx."""

import os

import httpx
from fastapi import Response

from bench.gateway.rivals.proxying import create_app


def open_client() -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
    return httpx.AsyncClient(base_url=os.environ["UPSTREAM"], limits=limits, timeout=30)


async def ask(client: httpx.AsyncClient, path: str, query: dict[str, str], headers: dict[str, str]) -> Response:
    answer = await client.get(path, params=query, headers=headers)
    return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))


app = create_app(open_client, ask)
