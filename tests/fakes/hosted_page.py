"""Cognito's sign-in page as a browser sees it."""

import html
import re
from urllib.parse import urlsplit

import aiohttp

from omnigen_local.demo.accounts import Account


async def fill_in(page_url: str, account: Account) -> str:
    """Type an account's name and password; the path and query that the page sends the browser back to."""
    async with aiohttp.ClientSession() as session:
        async with session.get(page_url) as page:
            fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', await page.text())
        form = {name: html.unescape(value) for name, value in fields}
        form |= {"username": account.email, "password": account.password}
        url = urlsplit(page_url)._replace(path="/login", query="").geturl()
        async with session.post(url, data=form, allow_redirects=False) as answer:
            back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"
