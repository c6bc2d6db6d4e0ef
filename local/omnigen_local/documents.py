"""`secrets`: what Secrets Manager is given before a first deployment. Made here, put there by an operator."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from omnigen_local.credentials import SigningCredentials
from omnigen_local.files import write_private_text
from omnigen_local.identities import Identities

MEDIA_PUBLIC_KEY: Final = "media-public-key.pem"
"""Goes into copilot/environments/overrides/cfn.patches.yml as MediaPublicKey."""
_BAD_VALUE_EXIT: Final = 2


def secrets(
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet, outside of any repository.")],
    token: Annotated[str, typer.Option(envvar="REPLICATE_API_TOKEN", help="The provider's.")],
    webhook_secret: Annotated[str, typer.Option(envvar="REPLICATE_WEBHOOK_SECRET", help="The provider's: whsec_…")],
) -> None:
    """Make the keys of one environment: a file for each secret of copilot/environments/addons/secrets.yml."""
    if folder.exists() or not re.fullmatch(r"whsec_[A-Za-z0-9+/=]+", webhook_secret):
        typer.echo("secrets: the folder must be new, and the webhook's secret begins with whsec_", err=True)
        raise typer.Exit(_BAD_VALUE_EXIT)
    for name, text in make_documents(token, webhook_secret).items():
        write_private_text(folder / name, text)
    typer.echo(f"secrets: {folder} is for `copilot/put-secrets`; then delete it. {MEDIA_PUBLIC_KEY} is no secret.")


def make_documents(token: str, webhook_secret: str) -> dict[str, str]:
    """By file name: fresh keys, as the secrets' comments in secrets.yml describe them."""
    identities, signing, media = Identities.create(), SigningCredentials.create(), generate_private_key(65537, 2048)
    media_key = media.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = media.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return {
        "GatewaySecret.json": _json(
            {
                "identity_private_key": identities.private_key("gateway"),
                "session_keys": orjson.dumps([identities.session_key]).decode(),
            }
        ),
        "JobsSecret.json": _json(
            {
                "identity_private_key": identities.private_key("jobs"),
                "media_private_key": media_key,
                "receipt_keys": orjson.dumps([identities.receipt_key]).decode(),
            }
        ),
        "GeneratorSecret.json": _json(
            {
                "identity_private_key": identities.private_key("generator"),
                "replicate_api_token": token,
                "replicate_webhook_secret": webhook_secret,
            }
        ),
        "ComposerSecret.json": _json(
            {"signing_key": signing.private_key, "signing_certificates": signing.certificates}
        ),
        "IdentityKeysSecret.json": orjson.dumps(identities.public_keys()).decode(),
        MEDIA_PUBLIC_KEY: public,
    }


def _json(document: Mapping[str, str]) -> str:
    return orjson.dumps(document).decode()
