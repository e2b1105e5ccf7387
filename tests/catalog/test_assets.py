"""Assets: found by explicit path, in packages or in an adopted archive, and never another file than the pinned one."""

import hashlib
import io
import sys
import tarfile
from pathlib import Path

import pytest

from catalog import assets
from catalog.assets import Asset, AssetError, AssetFile


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VITRINE_CACHE", str(tmp_path / "cache"))
    assets.resolve.cache_clear()
    yield
    assets.resolve.cache_clear()


def _package(folder: Path, monkeypatch: pytest.MonkeyPatch, **files: bytes) -> None:
    """An importable package `pieces` that must never be imported."""
    home = folder / "pieces"
    home.mkdir()
    (home / "__init__.py").write_text("raise SystemExit('imported')")
    for name, content in files.items():
        (home / name).write_bytes(content)
    monkeypatch.syspath_prepend(str(folder))


def _table(monkeypatch: pytest.MonkeyPatch, *files: AssetFile, **more: object) -> None:
    row = Asset(
        id="toy", files=files, source="PyPI pieces", code_licence="MIT", weight_licence="MIT", variable="VITRINE_TOY",
        **more,
    )  # fmt: skip
    monkeypatch.setattr(assets, "assets", lambda: {"toy": row})


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_parts_are_joined_once_and_the_package_is_not_imported(tmp_path: Path, monkeypatch) -> None:
    _package(tmp_path, monkeypatch, one=b"left ", two=b"right")
    _table(monkeypatch, AssetFile(name="whole", parts=("pieces/one", "pieces/two"), sha256=_sha(b"left right")))
    path = assets.resolve("toy")
    assert path.read_bytes() == b"left right"
    assert path.is_relative_to(tmp_path / "cache")
    assert "pieces" not in sys.modules


def test_a_damaged_cache_is_made_again(tmp_path: Path, monkeypatch) -> None:
    _package(tmp_path, monkeypatch, one=b"left ", two=b"right")
    _table(monkeypatch, AssetFile(name="whole", parts=("pieces/one", "pieces/two"), sha256=_sha(b"left right")))
    assets.resolve("toy").write_bytes(b"half")
    assets.resolve.cache_clear()
    assert assets.resolve("toy").read_bytes() == b"left right"


def test_other_content_than_the_pinned_one_is_refused_and_not_kept(tmp_path: Path, monkeypatch) -> None:
    _package(tmp_path, monkeypatch, one=b"left ", two=b"WRONG")
    _table(monkeypatch, AssetFile(name="whole", parts=("pieces/one", "pieces/two"), sha256=_sha(b"left right")))
    with pytest.raises(AssetError, match="not the pinned file of toy"):
        assets.resolve("toy")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_single_file_is_used_where_it_lies(tmp_path: Path, monkeypatch) -> None:
    _package(tmp_path, monkeypatch, one=b"left")
    _table(monkeypatch, AssetFile(name="one", parts=("pieces/one",), sha256=_sha(b"left")))
    assert assets.resolve("toy") == tmp_path / "pieces" / "one"


def test_a_missing_package_says_what_to_install(monkeypatch) -> None:
    _table(monkeypatch, AssetFile(name="one", parts=("no_such_package/one",), sha256=_sha(b"left")))
    with pytest.raises(AssetError, match="needs the package no_such_package: run `make install`"):
        assets.resolve("toy")


def test_an_explicit_path_wins_and_must_exist(tmp_path: Path, monkeypatch) -> None:
    _table(monkeypatch, AssetFile(name="one", parts=("no_such_package/one",), sha256=_sha(b"left")))
    monkeypatch.setenv("VITRINE_TOY", str(tmp_path / "mine"))
    with pytest.raises(AssetError, match="which does not exist"):
        assets.resolve("toy")
    (tmp_path / "mine").write_bytes(b"left")
    assert assets.resolve("toy") == tmp_path / "mine"


def test_an_archive_is_adopted_after_its_hash_was_checked(tmp_path: Path, monkeypatch) -> None:
    archive = tmp_path / "voices.tgz"
    with tarfile.open(archive, "w:gz") as bundle:
        entry = tarfile.TarInfo("package/voices/a.bin")
        entry.size = 5
        bundle.addfile(entry, io.BytesIO(b"voice"))
    file = AssetFile(name="a.bin", member="package/voices/a.bin", sha256=_sha(b"voice"))
    _table(monkeypatch, file, folder=True, archive="voices.tgz", archive_sha256=_sha(archive.read_bytes()))
    with pytest.raises(AssetError, match=r"toy is not installed: fetch voices\.tgz"):
        assets.resolve("toy")
    assets.adopt("toy", archive)
    assert (assets.resolve("toy") / "a.bin").read_bytes() == b"voice"
    archive.write_bytes(b"other")
    with pytest.raises(AssetError, match="not the pinned file"):
        assets.adopt("toy", archive)


def test_an_unknown_id_lists_the_known_ones() -> None:
    with pytest.raises(AssetError, match=r"no asset 'kokorro'.*kokoro_voices"):
        assets.resolve("kokorro")


@pytest.mark.parametrize("asset_id", ["font_inter", "font_noto", "u2netp", "kokoro_vocabulary", "espeak"])
def test_bundled_assets_of_this_installation_are_the_pinned_ones(asset_id: str) -> None:
    assert assets.resolve(asset_id).exists()


def test_every_asset_states_its_terms() -> None:
    assert all(asset.code_licence and asset.weight_licence and asset.source for asset in assets.assets().values())
