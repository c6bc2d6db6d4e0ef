"""Who may have an account: everybody, whoever was invited, or whoever has an address at one of some domains."""

from collections.abc import Iterable
from enum import StrEnum

from omnigen_gateway.domain.problems import SignUpClosedError
from omnigen_gateway.domain.standing import Standing


class SignUpMode(StrEnum):
    """With `invite` an operator makes accounts in the user pool, and its client takes no sign-up either."""

    OPEN = "open"
    INVITE = "invite"
    DOMAINS = "domains"


class Registration:
    """`domains` count in the mode `domains` only; a domain is what stands behind the @, its subdomains are others."""

    def __init__(self, mode: SignUpMode, domains: Iterable[str] = ()) -> None:
        self._mode = mode
        self._domains = frozenset(domain.lower() for domain in domains)

    def check(self, email: str) -> None:
        """SignUpClosedError for an address that gets no account here."""
        if self._mode is SignUpMode.INVITE or not self._has_place(email):
            raise SignUpClosedError

    def admits(self, standing: Standing) -> bool:
        """Whether a user of the pool may come in: its own door knows no domains, so they are asked for here again."""
        return standing.is_enabled and self._has_place(standing.email)

    def _has_place(self, email: str) -> bool:
        name, _, domain = email.rpartition("@")
        return self._mode is not SignUpMode.DOMAINS or (bool(name) and domain.lower() in self._domains)
