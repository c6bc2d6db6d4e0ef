"""What the local composer signs videos with: a development root and a certificate that it issued, made at first run.

C2PA takes no self-signed certificate, hence the two. Nobody but this machine trusts that root: `make verify` names it.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pydantic import BaseModel, ConfigDict

from omnigen_local.files import create_private_text, write_private_text

LIFETIME: Final = timedelta(days=3650)
ROOT_FILE: Final = "root.pem"
_NO_USAGE: Final = dict.fromkeys(
    (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


class SigningCredentials(BaseModel):
    """PEM texts: the signer's key, its certificate with the root behind it, and the root alone."""

    model_config = ConfigDict(frozen=True)

    private_key: str
    certificates: str
    root: str

    @classmethod
    def create(cls) -> Self:
        """Fresh ones. The root's key is not kept: it has issued what it was made for."""
        root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        root = _issue_root(root_key)
        certificate = _issue_signer(key, root, root_key)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return cls(private_key=private.decode(), certificates=_pem(certificate) + _pem(root), root=_pem(root))

    @classmethod
    def load_or_create(cls, folder: Path) -> Self:
        """Those kept in this folder, readable by this user only; made when there are none. Their root lies beside."""
        path = folder / "signing.json"
        if not path.exists():
            create_private_text(path, cls.create().model_dump_json())
        kept = cls.model_validate_json(path.read_bytes())
        write_private_text(folder / ROOT_FILE, kept.root)
        return kept

    def to_environment(self) -> dict[str, str]:
        """What the composer is told."""
        return {"SIGNING_KEY": self.private_key, "SIGNING_CERTIFICATES": self.certificates}


def _issue_root(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = _name("OmniGen development root")
    usage = x509.KeyUsage(**{**_NO_USAGE, "key_cert_sign": True, "crl_sign": True})
    return (
        _draft(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )


def _issue_signer(
    key: ec.EllipticCurvePrivateKey, root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    return (
        _draft(_name("OmniGen development signer"), root.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{**_NO_USAGE, "digital_signature": True}), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(issuer, critical=False)
        .sign(root_key, hashes.SHA256())
    )


def _draft(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    begin = datetime.now(UTC) - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common: str) -> x509.Name:
    """An organisation is asked for by C2PA's profile of certificates."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "OmniGen (this machine)"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
