"""Content credentials: what a finished file says about its making, signed into it, and read from it again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from c2pa import Builder, C2paError, C2paSignerInfo, Context, Settings, Signer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from omnigen_composer.domain.provenance import write_parent

_SETTINGS: Final[dict[str, Any]] = {
    # What was signed is read again by the tests and by `verify`, not by every render.
    "verify": {"verify_after_sign": False},
    "builder": {"thumbnail": {"enabled": False}},
    # A long video is put together on disk instead of in memory.
    "core": {"backing_store_memory_threshold_in_mb": 8},
}


class SigningError(Exception):
    """A file could not be signed; the message says why."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """One signer. `sign` blocks: call it in a thread."""

    private_key: str = field(repr=False)
    certificates: str

    def check(self) -> None:
        """ValueError unless the first certificate is the key's, and has not issued itself."""
        chain = x509.load_pem_x509_certificates(self.certificates.encode())
        own = load_pem_private_key(self.private_key.encode(), password=None)
        if chain[0].public_key() != own.public_key():
            raise ValueError("SIGNING_CERTIFICATES does not begin with the certificate of SIGNING_KEY")
        if chain[0].issuer == chain[0].subject:
            raise ValueError("C2PA refuses a certificate that has issued itself: SIGNING_CERTIFICATES needs two")

    def sign(self, source: Path, signed: Path, manifest: Mapping[str, Any], parent: Path | None = None) -> None:
        """Write a signed copy. With `parent`, the signed video that it was made of goes in as its origin.

        SigningError.
        """
        media_type = str(manifest["format"])
        try:
            with self._open_builder(manifest) as builder, self._open_signer() as signer:
                if parent is not None:
                    _add_parent(builder, str(manifest["title"]), parent)
                with source.open("rb") as plain, signed.open("w+b") as target:
                    builder.sign(signer, media_type, plain, target)
        except C2paError as error:
            raise SigningError(str(error)) from error

    def _open_signer(self) -> Signer:
        info = C2paSignerInfo(b"es256", self.certificates.encode(), self.private_key.encode(), None)
        return Signer.from_info(info)

    def _open_builder(self, manifest: Mapping[str, Any]) -> Builder:
        return Builder(json.dumps(manifest), context=Context(settings=Settings.from_dict(_SETTINGS)))


def _add_parent(builder: Builder, title: str, parent: Path) -> None:
    with parent.open("rb") as stream:
        builder.add_ingredient(json.dumps(write_parent(title)), "video/mp4", stream)


def append(path: Path, box: bytes) -> None:
    """Put a box at a file's end."""
    with path.open("ab") as file:
        file.write(box)
