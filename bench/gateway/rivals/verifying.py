"""How others check a token: with python-jose, strictly, by a key that is built once; each time it comes."""

import os
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Header, HTTPException
from jose import JWTError, jwk, jwt

_KEY = jwk.construct(Path(os.environ["PUBLIC_KEY"]).read_text(), "RS256")
_ISSUER, _CLIENT_ID = os.environ["ISSUER"], os.environ["CLIENT_ID"]


async def find_user(authorization: Annotated[str, Header()] = "") -> str:
    """The subject of a good token; 401 for any other one."""
    scheme, _, token = authorization.partition(" ")
    try:
        claims: dict[str, Any] = jwt.decode(
            token, _KEY, algorithms=["RS256"], issuer=_ISSUER, options={"verify_aud": False}
        )
    except JWTError as error:
        raise HTTPException(401) from error
    if scheme.lower() != "bearer" or claims.get("client_id") != _CLIENT_ID or claims.get("token_use") != "access":
        raise HTTPException(401)
    return str(claims["sub"])


User = Annotated[str, Depends(find_user)]
