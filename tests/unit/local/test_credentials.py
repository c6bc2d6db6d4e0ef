import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from omnigen_local.credentials import ROOT_FILE, SigningCredentials


def test_the_root_has_issued_a_certificate_that_can_only_sign() -> None:
    made = SigningCredentials.create()
    signer, root = x509.load_pem_x509_certificates(made.certificates.encode())
    signer.verify_directly_issued_by(root)
    assert x509.load_pem_x509_certificate(made.root.encode()) == root
    assert signer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.key_cert_sign) == (True, False)
    purposes = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.EMAIL_PROTECTION]
    named = signer.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert named == root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest


def test_they_are_made_once_for_this_user_also_by_many_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "signing"
    with ThreadPoolExecutor(8) as pool:
        loaded = list(pool.map(SigningCredentials.load_or_create, [folder] * 8))
    assert set(loaded) == {SigningCredentials.load_or_create(folder)}
    assert sorted(path.name for path in folder.iterdir()) == [ROOT_FILE, "signing.json"]
    assert stat.S_IMODE((folder / "signing.json").stat().st_mode) == 0o600
    assert (folder / ROOT_FILE).read_text() == loaded[0].root
