"""A certificate authority of the system's own, and the certificates of its two servers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.local.private import write_private

AUTHORITY_DAYS = 3650
SERVER_DAYS = 90
RENEW_BEFORE_DAYS = 30
_SKEW = timedelta(hours=1)
"""Clocks of two machines differ."""


@dataclass(frozen=True, slots=True)
class Authority:
    """What vouches for the servers: `ca.crt` is everybody's, `ca.key` stays with who makes certificates."""

    folder: Path

    @property
    def certificate(self) -> Path:
        return self.folder / "ca.crt"

    def make(self, now: datetime) -> None:
        """Make it where there is none yet."""
        if self.certificate.exists():
            return
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("linzhang")
        builder = (
            _builder(name, name, key, now, AUTHORITY_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs=True), critical=True)
        )
        _write_key(self.folder / "ca.key", key)
        write_private(self.certificate, _pem(builder.sign(key, hashes.SHA256())))

    def issue(self, to: Path, hosts: tuple[str, ...], now: datetime, days: int = SERVER_DAYS) -> None:
        """Write `<to>.crt` and `<to>.key` for a server that is reached by these names; older ones are replaced."""
        own = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        authority = serialization.load_pem_private_key((self.folder / "ca.key").read_bytes(), None)
        assert isinstance(authority, ec.EllipticCurvePrivateKey)
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            _builder(_name(hosts[0]), own.subject, key, now, days)
            .add_extension(x509.SubjectAlternativeName([_host(one) for one in hosts]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
        )
        _write_key(to.with_suffix(".key"), key)
        write_private(to.with_suffix(".crt"), _pem(builder.sign(authority, hashes.SHA256())))


def ends_at(certificate: Path) -> datetime:
    """Until when a certificate holds. Raises OSError, ValueError."""
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc


def wants_renewal(certificate: Path, now: datetime) -> bool:
    """Whether there is none that its key fits, or it ends soon."""
    key_file = certificate.with_suffix(".key")
    if not certificate.exists() or not key_file.exists():
        return True
    key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    stated = x509.load_pem_x509_certificate(certificate.read_bytes())
    return stated.public_key() != key.public_key() or ends_at(certificate) < now + timedelta(days=RENEW_BEFORE_DAYS)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now.astimezone(UTC) + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _host(stated: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(stated))
    except ValueError:
        return x509.DNSName(stated)


def _write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    form = serialization.PrivateFormat.PKCS8
    write_private(file, key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode())


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
