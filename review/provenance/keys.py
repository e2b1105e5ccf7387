"""Who signs: the key and certificates from settings, else a development key made in the home folder and named so."""

import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings

DEVELOPMENT = "Vitrine development key, vouched for by nobody"
DAYS = 3650


class NoKey(RuntimeError):
    """The configured key or certificates cannot be used; the message says what to set."""


@dataclass(frozen=True, kw_only=True)
class Signer:
    """A private key and its certificates (PEM): the signer's own first, the one that vouches for it last."""

    chain: bytes
    key: bytes
    is_development: bool
    timestamps: str = ""
    """Address of a time-stamping authority, or ""."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the signer's own certificate."""
        return _certificates(self.chain)[0].fingerprint(hashes.SHA256()).hex()


@dataclass(frozen=True, kw_only=True)
class Known:
    """A certificate of ours, today's or a former one: its seals end in `anchor` and name this serial."""

    anchor: bytes
    serial: str


def signer() -> Signer:
    """The signer of this installation. Raises NoKey when only half of it is configured or a file cannot be read."""
    certificates, key = settings.SIGNING_CERTIFICATES, settings.SIGNING_KEY
    if not certificates and not key:
        return development_signer(Path(settings.VAR) / "signing")
    if not certificates or not key:
        raise NoKey("Set both SIGNING_CERTIFICATES and SIGNING_KEY to PEM files, or neither.")
    return Signer(
        chain=_read(certificates), key=_read(key), is_development=False, timestamps=settings.SIGNING_TIMESTAMPS
    )


def known() -> list[Known]:
    """Every certificate whose seals are ours: today's, and those of SIGNING_FORMER_CERTIFICATES."""
    chains = [signer().chain, *(_read(path) for path in settings.SIGNING_FORMER_CERTIFICATES)]
    return [known_of(chain) for chain in chains]


def development_signer(folder: Path) -> Signer:
    """Made on the first call, kept in `folder`; processes that start together agree on one."""
    file = folder / "development.pem"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as part:
            part.write(_make())
        try:
            os.link(part.name, file)
        except FileExistsError:
            pass  # another process was first, and its key is as good
        finally:
            Path(part.name).unlink()
    both = file.read_bytes()
    start = both.index(b"-----BEGIN CERTIFICATE")
    return Signer(chain=both[start:], key=both[:start], is_development=True)


def _make() -> bytes:
    """PEM of a new key, its certificate and the authority made for it alone."""
    authority, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root, leaf = _name("authority"), _name("signer")
    over = (
        _certificate(root, root, authority.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(authority, hashes.SHA256())
    )
    mine = (
        _certificate(leaf, root, own.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
        .sign(authority, hashes.SHA256())
    )
    key = own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key + b"".join(each.public_bytes(serialization.Encoding.PEM) for each in (mine, over))


def _name(role: str) -> x509.Name:
    names = ((NameOID.ORGANIZATION_NAME, DEVELOPMENT), (NameOID.COMMON_NAME, f"Vitrine development {role}"))
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in names])


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def known_of(chain: bytes) -> Known:
    """What to recognise seals by that were made with this chain."""
    certificates = _certificates(chain)
    anchor = certificates[-1].public_bytes(serialization.Encoding.PEM)
    return Known(anchor=anchor, serial=str(certificates[0].serial_number))


def _certificates(chain: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(chain)
    except ValueError as error:
        raise NoKey(f"SIGNING_CERTIFICATES holds no PEM certificates: {error}") from error


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise NoKey(f"Cannot read {path}: {error.strerror}. Check SIGNING_CERTIFICATES and SIGNING_KEY.") from error
