"""Films of the story, each made once and kept with what the audit says of it.

Every scenario, hook and promise that planning can choose for the demo fountain: planned, moved by the trained model and
drawn by the product's own compositor (`benchmarks/demo_clips.py`). Three frames of the wide cut become a strip for the
page; the tall cut is finished for 1.25 seconds, captions, label and H.264 included, and the audit reads the effect's
height from file, facts and photo alone. What exists is kept. About 8 CPU seconds each.

    python benchmarks/story_films.py [--out .cache/story/films]
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]
os.environ.setdefault("OMP_NUM_THREADS", "1")
from benchmarks import demo_clips
from benchmarks.demo_clips import Demo
from generation.planning import scene_pack
from generation.planning.cells import scene_for, suits
from generation.planning.scenarios import SCENARIOS, hooks_for
from generation.prompts import exaggerate
from generation.render.compose import Cut
from generation.render.scene import Scene
from generation.render.view import Cutout, Take
from generation.specs import VideoSpec
from review.checks.effect_height import effect_height
from review.observe.observer import Subject, Track, observe
from review.observe.records import Sound

PRODUCT = "VT-FNT"
SIZE, MOMENTS = (480, 270), (0.18, 0.5, 0.92)
START, SECONDS = 2.0, 1.25
SAID = {"block": "stopped", "person": "person", "info": "passed"}
"""What the audit's severity means for a film: stopped, shown to a person, or passed."""


def planned(product: Demo, scenario: str, hook: str) -> VideoSpec:
    """The honest plan, in the scene that suits the scenario best."""
    cards = [card for card in scene_pack() if suits(card, product.facts)]
    facts = product.facts
    card = scene_for(cards, [*SCENARIOS[scenario].scene_tags, *facts.scene_tags, facts.category], [])
    if card is None:
        raise SystemExit(f"No scene suits {facts.sku} for {scenario}.")
    return demo_clips.plan(product, card.id, scenario=scenario, hook=hook, seed=7)


def strip(product: Demo, spec: VideoSpec, path: Path) -> None:
    """Three frames of the wide cut beside each other."""
    scene = demo_clips._framed(Scene.load(spec.shots[0].scene, "wide"), spec.shots[0], product)
    motion = demo_clips.engine().generate(spec, scene, "wide", lambda share: None)
    cut = Cut(spec, [Take(scene, motion)], cutout=Cutout(rgba=product.rgba, photo=product.image), size=SIZE)
    frames = np.concatenate([cut.frame(round(at * (cut.frames - 1))) for at in MOMENTS], axis=1)
    half = path.with_suffix(".part")
    Image.fromarray(frames).resize((960, 180), Image.Resampling.LANCZOS).save(half, "JPEG", quality=86)
    half.rename(path)


def audited(product: Demo, spec: VideoSpec) -> dict[str, str]:
    """What the audit of the effect's height says about a finished stretch of the tall cut, and in which words."""
    with tempfile.TemporaryDirectory() as folder:
        file = demo_clips.film(spec, product, "tall", Path(folder), start=START, seconds=SECONDS)
        subject = Subject(facts=product.facts, photo=product.photo, locale="en-US")
        seen = observe(file, subject, lambda stage, share: None, heard=Track(sound=Sound(), words=()))
    (finding,) = effect_height(product.facts, None, seen)
    return {"audit": SAID[finding.severity], "words": finding.message}


def main() -> None:
    """Draw and audit what is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / ".cache/story/films")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    product = demo_clips.demo(PRODUCT)
    (options.out / "facts.json").write_text(product.facts.to_json(), encoding="utf-8")
    wanted = [(scenario, hook) for scenario in SCENARIOS for hook in hooks_for(product.facts)]
    for number, (scenario, hook) in enumerate(wanted, start=1):
        honest = planned(product, scenario, hook)
        for promise, spec in (("honest", honest), ("exaggerated", exaggerate(honest))):
            picture = options.out / f"{scenario}-{hook}-{promise}.jpg"
            said = picture.with_suffix(".json")
            if not picture.exists():
                strip(product, spec, picture)
            if not said.exists():
                said.write_text(json.dumps(audited(product, spec)), encoding="utf-8")
        print(f"\r{number} of {len(wanted)} plans drawn and audited", end="", file=sys.stderr, flush=True)
    print(f"\n{options.out}")


if __name__ == "__main__":
    main()
