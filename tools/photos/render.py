"""Render the demo catalog's pictures and write their anchors into its records.

Run with the Blender environment's Python (README.md): `python tools/photos/render.py pump mug --view packshot`.
Without names all products are rendered. `--preview` is small and rough.
"""

import argparse
import contextlib
import importlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import studio  # noqa: E402  (the folder is a set of scripts, not a package)

CATALOG = HERE.parents[1] / "catalog" / "demo"
CACHE = HERE.parents[1] / ".cache" / "photos"
PRODUCTS = {
    "pump": "solar-fountain",
    "mug": "travel-mug",
    "rings": "stacking-rings",
    "lantern": "camping-lantern",
    "diffuser": "aroma-diffuser",
    "candle": "scented-candle",
    "lamp": "table-lamp",
    "serum": "face-serum",
}
VIEWS = ("packshot", "view")


def main() -> None:
    """Read the command line and render what it names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("products", nargs="*", choices=[[], *PRODUCTS], help="default: all")
    parser.add_argument("--view", choices=VIEWS, action="append", help="default: both")
    parser.add_argument("--preview", action="store_true", help="400 pixels, 8 samples, into .cache/photos only")
    parser.add_argument("--size", type=int, default=1600)
    parser.add_argument("--traced", type=int, help="pixels computed a side, enlarged to --size; default: all")
    parser.add_argument("--samples", type=int, default=6)
    chosen = parser.parse_args()
    if chosen.preview:
        chosen.size, chosen.samples = 400, 8
    for name in chosen.products or list(PRODUCTS):
        for view in chosen.view or VIEWS:
            render(name, view, chosen)


def render(name: str, view: str, chosen: argparse.Namespace) -> None:
    """Render one picture; a preview stays in the cache, a final one goes into the catalog with its anchors."""
    CACHE.mkdir(parents=True, exist_ok=True)
    photo = (CACHE if chosen.preview else CATALOG / "photos") / f"{PRODUCTS[name]}-{view}.jpg"
    start = time.monotonic()
    with _quiet():
        studio.clear()
        looked_at = importlib.import_module(f"products.{name}").build(view)
        traced = chosen.traced or chosen.size
        measures = studio.shoot(looked_at, photo, size=chosen.size, traced=traced, samples=chosen.samples, cache=CACHE)
    if not chosen.preview:
        _write_anchors(f"photos/{photo.name}", measures)
    print(f"{photo.name}: {time.monotonic() - start:.0f} s, {photo.stat().st_size // 1024} KB, {measures}", flush=True)


def _write_anchors(file: str, measures: dict[str, Any]) -> None:
    """Put the measured pixels into the record that names this file."""
    records = CATALOG / "products.jsonl"
    lines = [json.loads(line) for line in records.read_text(encoding="utf-8").splitlines()]
    for record in lines:
        for image in record["images"]:
            if image["file"] == file:
                image.update(measures)
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in lines)
    temporary = records.with_suffix(".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(records)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence Blender's line per sample, which it prints below Python's own streams."""
    sys.stdout.flush()
    kept = os.dup(1)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nothing)


if __name__ == "__main__":
    main()
