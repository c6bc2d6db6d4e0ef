"""What the gateway's own routes take and tell. Instants are RFC 3339 in UTC."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, StrictInt
from pydantic_core import PydanticCustomError

from omnigen_gateway.domain.api_keys import ApiKey
from omnigen_gateway.domain.claims import Caller, Means
from omnigen_gateway.domain.scopes import Scope
from omnigen_gateway.domain.standing import Standing
from omnigen_shared.contracts.base import Answer, Contract
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.contracts.text import FIT_LINE

DAY_S = 86_400
Email = Annotated[str, Field(max_length=254, pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,189}$")]
Code = Annotated[str, Field(pattern=r"^[0-9]{4,10}$")]


def _check_password(password: str) -> str:
    """The user pool's own rules: without them its answer would depend on whether there is such a user."""
    if not all(re.search(kind, password) for kind in ("[a-z]", "[A-Z]", "[0-9]")):
        raise PydanticCustomError("weak_password", "Password should have a small letter, a capital letter and a digit")
    return password


Password = Annotated[
    str,
    Field(min_length=12, max_length=256, pattern=r"^\S(.*\S)?$"),
    AfterValidator(_check_password),
]


class Me(Answer):
    """Who you are here. `csrf_token` goes with a session only: the X-CSRF-Token of whatever changes something."""

    user_id: str
    email: str
    email_verified: bool
    plan: PlanName
    means: Means
    expires_at: datetime
    csrf_token: str | None = None


class Left(Answer):
    """Whose erasing has begun."""

    user_id: str


class SignedOut(Answer):
    """`logout_url` is where a browser has to go to sign out of the sign-in page too."""

    logout_url: str


class SignOut(Contract):
    """The body of POST /api/v1/auth/logout; without one, this session alone ends."""

    everywhere: StrictBool = False


class Address(Contract):
    """The body of POST /api/v1/auth/forgot-password."""

    email: Email


class NewAccount(Address):
    """The body of POST /api/v1/auth/sign-up."""

    password: Password


class Confirmation(Address):
    """The body of POST /api/v1/auth/confirm."""

    code: Code


class NewPassword(Confirmation):
    """The body of POST /api/v1/auth/reset-password."""

    password: Password


class Sent(Answer):
    """The same for every address: whether there is an account stays between us and its owner's mailbox."""

    status: Literal["sent"] = "sent"


class Done(Answer):
    """It is so from now on."""

    status: Literal["done"] = "done"


class KeyOrder(Contract):
    """The body of POST /api/v1/keys."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "nightly run", "scopes": ["jobs:read", "jobs:write"]}]}
    )

    name: Annotated[str, Field(min_length=1, max_length=100), FIT_LINE]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    expires_in_days: Annotated[StrictInt, Field(ge=1, le=365)] = 90


class KeyAnswer(Answer):
    """A key without its secret. `last_used_at` is known to the minute; null: never used."""

    key_id: str
    name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class NewKey(KeyAnswer):
    """`key` is shown this once: send it as Authorization: Bearer."""

    key: str


class KeyList(Answer):
    """Your keys, newest first."""

    keys: list[KeyAnswer]


def show_me(caller: Caller, standing: Standing, csrf_token: str | None) -> Me:
    return Me(
        user_id=caller.user_id,
        email=standing.email,
        email_verified=standing.is_verified,
        plan=caller.plan,
        means=caller.means,
        expires_at=_instant(caller.expires_at),
        csrf_token=csrf_token,
    )


def show_key(key: ApiKey) -> KeyAnswer:
    return KeyAnswer.model_validate(_told(key))


def show_new_key(key: ApiKey, text: str) -> NewKey:
    return NewKey.model_validate({**_told(key), "key": text})


def _told(key: ApiKey) -> dict[str, object]:
    return {
        "key_id": key.key_id,
        "name": key.name,
        "scopes": [Scope(scope) for scope in sorted(key.scopes)],
        "created_at": _instant(key.created_at),
        "expires_at": _instant(key.expires_at),
        "last_used_at": _instant(key.last_used_at) if key.last_used_at else None,
    }


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
