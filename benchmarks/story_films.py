"""Strips of frames for the story, drawn once by the product's own path: catalog, plan, model, compositor.

Starts its own Postgres in a temporary folder, imports the first product of the demo catalog, and draws three frames of
every scenario, hook and promise of its wide cut. A strip that exists is kept. About 2 CPU seconds a strip.

    python benchmarks/story_films.py [--out .cache/story/films] [--engine parallax]
"""

import argparse
import io
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]
SIZE, MOMENTS = (480, 270), (0.18, 0.5, 0.92)


def strips(out: Path, engine: str) -> int:
    """Draw what is missing; returns how many."""
    from catalog.selectors import product_facts
    from generation import engines, making
    from generation.planning import Cell, scene_pack
    from generation.planning.cells import scene_for, suits
    from generation.planning.scenarios import HOOKS, SCENARIOS
    from generation.prompts import compose, exaggerate
    from generation.render.compose import Cut

    facts, drawn = product_facts(_product()), 0
    cards = [card for card in scene_pack() if suits(card, facts)]
    mover = engines.load(engine, weights=Path(), text_encoder=Path())
    for scenario in SCENARIOS:
        card = scene_for(cards, [*SCENARIOS[scenario].scene_tags, *facts.scene_tags, facts.category], [])
        if card is None:
            raise SystemExit(f"No scene suits {facts.sku} for {scenario}.")
        for hook in HOOKS:
            cell = Cell(scenario=scenario, locale="en-US", hook=hook, scene=card.id, seed=7, reason="story")
            honest = compose(facts, cell, card)
            for promise, spec in (("honest", honest), ("exaggerated", exaggerate(honest))):
                path = out / f"{scenario}-{hook}-{promise}.jpg"
                if path.exists():
                    continue
                order = making.Order(public_id="story", engine=engine, spec=spec, facts=facts)
                scene = making._scene(order, "wide")
                motion = mover.generate(spec, scene, "wide", lambda share: None)
                cut = Cut(spec, scene, motion, cutout=making._cutout(facts), size=SIZE)
                frames = [cut.frame(round(at * (cut.frames - 1))) for at in MOMENTS]
                _save(np.concatenate(frames, axis=1), path)
                drawn += 1
                print(f"\r{drawn} strips drawn", end="", file=sys.stderr, flush=True)
    return drawn


def _product():  # type: ignore[no-untyped-def]  # a Django model, known only after set-up
    """The first product of the demo catalog, imported as any merchant's file."""
    from accounts.models import Merchant
    from catalog import services
    from catalog.models import Product

    merchant = Merchant.objects.get(slug="story")
    first = (services.DEMO / "products.jsonl").read_bytes().splitlines()[0]
    services.import_file(
        merchant=merchant, file=io.BytesIO(first + b"\n"), name="products.jsonl", images=services.DEMO / "photos"
    )
    return Product.objects.get()


def _save(picture: np.ndarray, path: Path) -> None:
    """Whole or not at all."""
    half = path.with_suffix(".part")
    Image.fromarray(picture).resize((960, 180), Image.Resampling.LANCZOS).save(half, "JPEG", quality=86)
    half.rename(path)


def main() -> None:
    """Draw the strips."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / ".cache/story/films")
    parser.add_argument("--engine", default="parallax")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config import embedded

    with tempfile.TemporaryDirectory(prefix="vitrine-story-") as home, embedded.services(Path(home)) as addresses:
        os.environ.update(addresses.environment())
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        from django.test import override_settings

        call_command("migrate", database="owner", verbosity=0)
        from accounts import tenancy
        from accounts.models import Merchant

        merchant = Merchant.objects.create(name="Story", slug="story")
        with override_settings(MEDIA_ROOT=home), tenancy.merchant_context(merchant.pk):
            print(f"\n{strips(options.out, options.engine)} strips drawn into {options.out}")
        connections.close_all()


if __name__ == "__main__":
    main()
