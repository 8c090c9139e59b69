"""The desk's certificates: made once, by an authority of the desk's own that only those who are told to trust it do."""

import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, build_opener

from local.paths import ROOT

FOLDER = ROOT / ".cache" / "tls"
NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Certificates:
    """Where the authority's certificate lies, and the desk's own with its key."""

    folder: Path

    @property
    def authority(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def chain(self) -> Path:
        return self.folder / "desk.pem"

    @property
    def key(self) -> Path:
        return self.folder / "desk.key"


def asked() -> bool:
    """Whether the environment says TLS=1: the desk serves https, and the tools beside it ask by https."""
    return os.environ.get("TLS", "") not in ("", "0")


def address(port: int | str) -> str:
    return f"{'https' if asked() else 'http'}://localhost:{port}"


def opener() -> OpenerDirector:
    """What asks the desk: past any proxy, for that is not for this machine itself, and trusting its authority."""
    context = ssl.create_default_context(cafile=certificates().authority) if asked() else None
    return build_opener(ProxyHandler({}), HTTPSHandler(context=context))


def certificates(folder: Path = FOLDER) -> Certificates:
    """Those in a folder, made first where there are none. The authority's key is kept nowhere: it signs this once."""
    made = Certificates(folder)
    if not (made.authority.exists() and made.chain.exists() and made.key.exists()):
        import trustme  # here, for every program reads this file, and once in the desk's life one makes certificates

        folder.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA(organization_name="Homes desk")
        desk = authority.issue_cert(*NAMES)
        made.key.touch(mode=0o600)
        desk.private_key_pem.write_to_path(made.key)
        made.chain.write_bytes(b"".join(blob.bytes() for blob in desk.cert_chain_pems))
        authority.cert_pem.write_to_path(made.authority)
    return made
