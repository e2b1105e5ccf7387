"""Where every weight, voice and font comes from: an id in, a verified path out.

Looked for in this order: an explicit path (environment), the files of an installed package (found without importing
it; parts are joined into the cache), an archive adopted earlier. Nothing is downloaded here.
"""

import argparse
import errno
import functools
import hashlib
import os
import shutil
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_BLOCK = 1 << 20


class AssetError(RuntimeError):
    """An asset is missing, or is not the one that was pinned."""


@dataclass(frozen=True, kw_only=True)
class AssetFile:
    """One file of an asset: `parts` ("package/path") joined in order, or a `member` of the asset's archive."""

    name: str
    parts: tuple[str, ...] = ()
    member: str = ""
    sha256: str = ""
    """Empty where it differs by platform: there the hash of the package in the lock file stands for it."""


@dataclass(frozen=True, kw_only=True)
class Asset:
    """What an asset is made of and under which terms. It resolves to one file, or to a folder if `folder`."""

    id: str
    files: tuple[AssetFile, ...]
    source: str
    code_licence: str
    weight_licence: str
    folder: bool = False
    variable: str
    """Environment variable that may hold an explicit path."""
    archive: str = ""
    archive_sha256: str = ""


@functools.cache
def assets() -> dict[str, Asset]:
    """The table of catalog/assets.toml by id."""
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
    return {id: _asset(id, row) for id, row in table.items()}


def _asset(id: str, row: dict[str, Any]) -> Asset:
    files = tuple(AssetFile(**{**file, "parts": tuple(file.get("parts", ()))}) for file in row.pop("files"))
    return Asset(id=id, files=files, **{"variable": f"VITRINE_{id.upper()}", **row})


@functools.cache
def resolve(asset_id: str) -> Path:
    """The file or folder of an asset, its content checked against the pinned SHA-256 once a process.

    Raises AssetError that names what to install, and for an unknown id.
    """
    asset = assets().get(asset_id)
    if asset is None:
        raise AssetError(f"There is no asset {asset_id!r}; catalog/assets.toml knows {', '.join(assets())}.")
    explicit = os.environ.get(asset.variable)
    if explicit:
        return _explicit(asset, Path(explicit))
    if asset.archive:
        return _adopted(asset)
    if any(len(file.parts) > 1 for file in asset.files):
        return _joined(asset)
    return _bundled(asset)


def adopt(asset_id: str, archive: Path) -> Path:
    """Take the files of an asset out of its downloaded archive into the cache; returns their folder."""
    asset = assets()[asset_id]
    _check(archive, asset.archive_sha256, asset)
    with _new_folder(_home(asset)) as folder, tarfile.open(archive) as bundle:
        for file in asset.files:
            member = bundle.extractfile(file.member)
            if member is None:
                raise AssetError(f"{archive} holds no file {file.member}.")
            (folder / file.name).write_bytes(member.read())
            _check(folder / file.name, file.sha256, asset)
    return _home(asset)


def cache_folder() -> Path:
    """Where joined and unpacked assets are kept: VITRINE_CACHE, else the user's cache folder."""
    explicit = os.environ.get("VITRINE_CACHE")
    return Path(explicit) if explicit else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "vitrine"


def _explicit(asset: Asset, path: Path) -> Path:
    if not path.exists():
        raise AssetError(f"{asset.variable} names {path}, which does not exist.")
    missing = [file.name for file in asset.files if asset.folder and not (path / file.name).exists()]
    if missing:
        raise AssetError(f"{asset.variable} names {path}, which lacks {', '.join(missing)}.")
    return path


def _bundled(asset: Asset) -> Path:
    """Files that lie ready in a package: no copy is made."""
    paths = [_in_package(file.parts[0], asset) for file in asset.files]
    for file, path in zip(asset.files, paths, strict=True):
        _check(path, file.sha256, asset)
    return paths[0].parent if asset.folder else paths[0]


def _joined(asset: Asset) -> Path:
    home = _home(asset)
    if not _complete(home, asset):
        with _new_folder(home) as folder:
            for file in asset.files:
                _join((_in_package(part, asset) for part in file.parts), folder / file.name)
                _check(folder / file.name, file.sha256, asset)
    return home if asset.folder else home / asset.files[0].name


def _adopted(asset: Asset) -> Path:
    home = _home(asset)
    if not _complete(home, asset):
        raise AssetError(
            f"{asset.id} is not installed: fetch {asset.archive} ({asset.source}) and run"
            f" `python -m catalog.assets {asset.id} {asset.archive}`, or set {asset.variable} to its folder."
        )
    return home


def _home(asset: Asset) -> Path:
    """A folder of the cache whose name changes with the pinned content."""
    content = hashlib.sha256("".join(file.sha256 for file in asset.files).encode()).hexdigest()
    return cache_folder() / f"{asset.id}-{content[:12]}"


def _complete(home: Path, asset: Asset) -> bool:
    return all((home / file.name).exists() and _sha256(home / file.name) == file.sha256 for file in asset.files)


def _in_package(part: str, asset: Asset) -> Path:
    package, _, inside = part.partition("/")
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise AssetError(f"{asset.id} needs the package {package}: run `make install` ({asset.source}).")
    path = Path(next(iter(spec.submodule_search_locations))) / inside
    if not path.exists():
        raise AssetError(f"{asset.id}: the installed package {package} has no {inside}; wanted {asset.source}.")
    return path


def _join(parts: Iterable[Path], target: Path) -> None:
    with target.open("wb") as joined:
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, joined, _BLOCK)


def _check(path: Path, sha256: str, asset: Asset) -> None:
    if sha256 and _sha256(path) != sha256:
        raise AssetError(f"{path} is not the pinned file of {asset.id} ({asset.source}): its SHA-256 differs.")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _new_folder(home: Path) -> Iterator[Path]:
    """Fill a folder that appears under its name complete or not at all, also when two processes fill it at once."""
    home.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{home.name}-", dir=home.parent))
    try:
        yield work
        shutil.rmtree(home, ignore_errors=True)
        _rename_or_yield(work, home)
    except OSError as error:
        raise AssetError(f"Cannot write {home}: {error}. Free space, or set VITRINE_CACHE elsewhere.") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _rename_or_yield(work: Path, home: Path) -> None:
    """Give the folder its name, unless another process was first with the same verified content."""
    try:
        work.rename(home)
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
            raise


def main(arguments: list[str] | None = None) -> int:
    """`python -m catalog.assets ID ARCHIVE`: adopt a downloaded archive."""
    parser = argparse.ArgumentParser(prog="python -m catalog.assets", description=main.__doc__)
    parser.add_argument("id", choices=[asset.id for asset in assets().values() if asset.archive])
    parser.add_argument("archive", type=Path)
    chosen = parser.parse_args(arguments)
    sys.stdout.write(f"{adopt(chosen.id, chosen.archive)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
