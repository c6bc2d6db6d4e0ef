import stat
from pathlib import Path

from omnigen_local.identities import ISSUERS, Identities
from omnigen_shared.identity import IdentitySigner, IdentityVerifier


def test_each_issuer_signs_what_the_public_keys_confirm() -> None:
    identities = Identities.create()
    verifier = IdentityVerifier("jobs", identities.public_keys())
    for issuer in ISSUERS:
        token = IdentitySigner(issuer, identities.private_key(issuer)).sign("jobs", "user-1", "free")
        assert verifier.verify(token).issuer == issuer
    assert len({identities.private_key(issuer) for issuer in ISSUERS}) == len(ISSUERS)


def test_they_are_made_once_and_only_for_this_user(tmp_path: Path) -> None:
    path = tmp_path / "state" / "identities.json"
    made = Identities.load_or_create(path)
    assert Identities.load_or_create(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["identities.json"]
