"""/api/v1/keys: keys for programs, made by whoever has signed in."""

from typing import Annotated, Final

from fastapi import APIRouter
from fastapi.responses import Response

from omnigen_gateway.domain.api_keys import ID_PATTERN
from omnigen_gateway.domain.problems import TooManyKeysError
from omnigen_gateway.routes.admitted import Use, Who
from omnigen_gateway.schemas import DAY_S, KeyList, KeyOrder, NewKey, show_key, show_new_key
from omnigen_shared.errors import NotFoundError
from omnigen_shared.http.documents import id_path, problems

KeyPath = Annotated[str, id_path(ID_PATTERN)]
router: Final = APIRouter(prefix="/keys", tags=["keys"])


@router.post("", status_code=201, responses=problems(TooManyKeysError))
async def post_key(uses: Use, caller: Who, response: Response, body: KeyOrder) -> NewKey:
    """A new key. Its text is in this answer and never shown again."""
    response.headers["Cache-Control"] = "no-store"
    key, text = await uses.api_keys.create(caller.user_id, body.name, body.scopes, body.expires_in_days * DAY_S)
    return show_new_key(key, text)


@router.get("")
async def get_keys(uses: Use, caller: Who) -> KeyList:
    """Your keys, without what opens with them."""
    return KeyList(keys=[show_key(key) for key in await uses.api_keys.list_of(caller.user_id)])


@router.delete("/{key_id}", status_code=204, responses=problems(NotFoundError))
async def delete_key(uses: Use, caller: Who, key_id: KeyPath) -> None:
    """Delete a key: within a minute no gateway takes it any more."""
    await uses.api_keys.delete(caller.user_id, key_id)
