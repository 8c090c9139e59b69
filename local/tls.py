"""TLS certificates of the local server, created once and signed by an authority that is used for nothing else."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, build_opener

from local import settings
from local.paths import ROOT

FOLDER = ROOT / ".cache" / "tls"
NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Certificates:
    """The files of the authority's certificate, and of the server's certificate with its key."""

    folder: Path

    @property
    def authority(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def chain(self) -> Path:
        return self.folder / "server.pem"

    @property
    def key(self) -> Path:
        return self.folder / "server.key"


def is_enabled() -> bool:
    """True if TLS is 1: the server then serves https, and the command line tools connect with https.

    Raises InvalidSetting.
    """
    return settings.is_enabled("TLS")


def base_url(port: int | str) -> str:
    return f"{'https' if is_enabled() else 'http'}://localhost:{port}"


def opener() -> OpenerDirector:
    """Returns an HTTP client for the local server: it uses no proxy and trusts the server's certificate authority."""
    context = ssl.create_default_context(cafile=certificates().authority) if is_enabled() else None
    return build_opener(ProxyHandler({}), HTTPSHandler(context=context))


def certificates(folder: Path = FOLDER) -> Certificates:
    """Returns the certificates in a folder, created if absent. The authority's key is not stored: it signs once."""
    certificates = Certificates(folder)
    if not (certificates.authority.exists() and certificates.chain.exists() and certificates.key.exists()):
        import trustme  # imported here: every program imports this module, and only the first creates certificates

        folder.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA(organization_name="Homes local server")
        server = authority.issue_cert(*NAMES)
        certificates.key.touch(mode=0o600)
        server.private_key_pem.write_to_path(certificates.key)
        certificates.chain.write_bytes(b"".join(blob.bytes() for blob in server.cert_chain_pems))
        authority.cert_pem.write_to_path(certificates.authority)
    return certificates
