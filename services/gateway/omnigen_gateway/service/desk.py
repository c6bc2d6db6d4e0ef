"""Everything that the gateway's own routes use, in one place."""

from dataclasses import dataclass

from omnigen_gateway.service.api_keys import ApiKeys
from omnigen_gateway.service.leaving import Leaving
from omnigen_gateway.service.registering import Registering
from omnigen_gateway.service.sessions import Sessions
from omnigen_gateway.service.signing_in import SigningIn
from omnigen_gateway.service.standings import Standings


@dataclass(frozen=True, slots=True)
class Desk:
    """Built once, in the lifespan."""

    signing_in: SigningIn
    sessions: Sessions
    standings: Standings
    api_keys: ApiKeys
    registering: Registering
    leaving: Leaving
