"""The proxy over aiohttp."""

import os

import aiohttp
from fastapi import Response

from bench.gateway.rivals.proxying import create_app


def open_client() -> aiohttp.ClientSession:
    connector, timeout = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=30)
    return aiohttp.ClientSession(os.environ["UPSTREAM"], connector=connector, timeout=timeout)


async def ask(client: aiohttp.ClientSession, path: str, query: dict[str, str], headers: dict[str, str]) -> Response:
    async with client.get(path, params=query, headers=headers) as answer:
        return Response(await answer.read(), answer.status, media_type=answer.headers.get("content-type"))


app = create_app(open_client, ask)
