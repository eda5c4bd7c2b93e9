"""A certificate authority for one test, and a server that shows a certificate of it."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.core.outside import Server


@dataclass(frozen=True)
class Authority:
    """Who signed: how a client trusts it, and how a server shows what it signed."""

    trusted: ssl.SSLContext
    shown: ssl.SSLContext


def authority(folder: Path, name: str) -> Authority:
    """Make an authority and a certificate of it for one host name."""
    root_key, host_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate(_named("Test authority"), root_key, _named("Test authority"), root_key, ca=True)
    host = _certificate(_named(name), host_key, root.subject, root_key, ca=False, alternative=name)
    (folder / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (folder / "host.pem").write_bytes(
        host_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + host.public_bytes(serialization.Encoding.PEM)
    )
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(folder / "host.pem")
    return Authority(trusted=ssl.create_default_context(cafile=folder / "root.pem"), shown=shown)


def secured(server: Server, signed_by: Authority) -> Server:
    """Let a server speak TLS."""
    server.socket = signed_by.shown.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return server


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
    *,
    ca: bool,
    alternative: str = "",
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if alternative:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(alternative)]), critical=False)
    return builder.sign(signer, hashes.SHA256())
