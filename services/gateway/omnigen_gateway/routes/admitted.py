"""What the gateway's own routes know of a request that came through the door. Without it they are not there."""

from typing import Annotated, Final

from fastapi import Depends, Request

from omnigen_gateway.domain.claims import Caller
from omnigen_gateway.service.desk import Desk
from omnigen_shared.errors import NotFoundError

CALLER: Final = "omnigen.caller"
"""Where the door leaves the caller in the scope; that of an open route is nobody."""


def _find_caller(request: Request) -> Caller:
    """A spelling of the path that the door does not know must not lead past it."""
    caller = request.scope.get(CALLER)
    if not isinstance(caller, Caller):
        raise NotFoundError("There is no such address.")
    return caller


def _find_desk(request: Request) -> Desk:
    desk: Desk = request.state.desk
    return desk


Admitted: Final = Depends(_find_caller)
"""For open routes, which need nobody's name."""
Who = Annotated[Caller, Admitted]
Use = Annotated[Desk, Depends(_find_desk)]
