"""Every video of the demo is what the trained weights make of its plan: emptied weights move and sound otherwise."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import demo_clips
from catalog import assets
from generation import engines
from generation.engines.base import Engine
from generation.engines.unified import Unified
from generation.planning import plan, scene_pack
from generation.planning.scenarios import SCENARIOS
from generation.prompts import compose, exaggerate
from generation.prompts.locales import locales
from generation.prompts.profiles import compact_prompt
from generation.render.clip import Motion
from generation.render.scene import Scene
from generation.render.warp import sources
from generation.specs import VideoSpec
from model import checkpoint
from model.inference import Generator, SampleRequest
from model.tokens.text import TextEncoder
from model.training.camera import AMPLITUDE

WEIGHTS = Path(__file__).resolve().parents[2] / "model" / "weights"


def _variants() -> list[VideoSpec]:
    """What `make demo` plans: four cells and the twins of the pump, one cell of the two other products."""
    cards = {card.id: card for card in scene_pack()}
    specs = []
    for sku, spoken, budget in (("VT-FNT", locales(), 4), ("VT-MUG", ["en-US"], 1), ("VT-TOY", ["fr-FR"], 1)):
        facts = demo_clips.demo(sku).facts
        cells = plan(facts, list(cards.values()), locales=list(spoken), budget=budget)
        specs += [compose(facts, cell, cards[cell.scene]) for cell in cells]
    pump = demo_clips.demo("VT-FNT").facts
    twin = plan(pump, list(cards.values()), locales=["en-US"], budget=4, seed=77)[-1]
    honest = compose(pump, twin, cards[twin.scene], numbers=False)
    return [*specs, honest, exaggerate(honest)]


@pytest.fixture(scope="module")
def emptied(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The shipped checkpoint with every weight of the network at zero; its codecs stay."""
    stored, folder = checkpoint.load(WEIGHTS), tmp_path_factory.mktemp("emptied")
    tensors = {name: t * 0 if name.startswith("network.") else t for name, t in stored.tensors.items()}
    checkpoint.save(folder, "compact", config=stored.config, tensors=tensors, notes={})
    return engines.load("unified", weights=folder, text_encoder=assets.resolve("minilm"))


@pytest.fixture(scope="module")
def generator() -> Generator:
    """The shipped weights, read once."""
    return Generator.load(WEIGHTS, assets.resolve("minilm"))


class ShuffledWords:
    """The text encoder with the numbers of every feature in another, always the same, order."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self._order = torch.randperm(384, generator=torch.Generator().manual_seed(0))

    def encode(self, prompt: str) -> torch.Tensor:
        return self._encoder.encode(prompt)[:, self._order]


def _camera_end(generator: Generator, prompt: str) -> dict[str, float]:
    """Shift to the right and how much nearer the picture has come, in the units of training's moves, after a clip."""
    scene = Scene.load("bird_bath_garden", "wide")
    sample = generator.sample(SampleRequest(still=scene.still, prompt=prompt, seed=3, steps=1))
    shift = sample.homography[-1, 0, 2] + sample.flow[-1, ..., 0].mean()
    return {"pan": float(shift), "push": float(1 - sample.homography[-1, 0, 0])}


def _pixels_apart(first: Motion, second: Motion) -> float:
    """How far, on average, the two motions carry the picture apart at the clip's end, at 1280 pixels wide."""
    grid = np.stack(np.meshgrid(np.linspace(-0.9, 0.9, 16), np.linspace(-0.9, 0.9, 9)), -1).reshape(1, -1, 2)
    first_end, second_end = (sources(each, np.repeat(grid, len(each), axis=0))[-1] for each in (first, second))
    return float(np.linalg.norm((first_end - second_end) * [640, 360], axis=1).mean())


def test_zeroed_weights_change_every_video_of_the_demo(emptied: Engine, generator: Generator) -> None:
    trained = Unified(generator)
    variants = _variants()
    assert len(variants) == 8
    for spec in variants:
        scene = Scene.load(spec.shots[0].scene, "wide")
        real, zeroed = (engine.generate(spec, scene, "wide", lambda share: None) for engine in (trained, emptied))
        name = f"{spec.sku} {spec.scenario} {spec.shots[0].scene}"
        assert _pixels_apart(real, zeroed) > 2, name
        assert np.abs(real.gain - zeroed.gain).max() > 0.01, name
        assert np.abs(real.sound - zeroed.sound).mean() > 0.1 * np.abs(real.sound).mean(), name
        assert real.made_by.split()[1] != zeroed.made_by.split()[1], name


def test_copy_of_one_meaning_is_near_and_of_another_far(generator: Generator) -> None:
    """What ranking compares words by: unit vectors, the same for the same text, near for a paraphrase."""
    engine = Unified(generator)
    quiet, silent, tall = (
        np.array(engine.meaning(text))
        for text in ("Quiet enough to sleep beside", "So silent you can sleep next to it", "Water rises 45 cm high")
    )
    assert quiet.shape == (384,)
    assert np.linalg.norm(quiet) == pytest.approx(1, abs=1e-3)
    assert quiet @ silent > quiet @ tall + 0.2
    assert engine.meaning("quiet " * 2000)


def test_camera_words_are_learned_and_not_piped_through(generator: Generator) -> None:
    """Single words reach what training means by them; with shuffled text features the camera hardly moves."""
    deaf = replace(generator, text_encoder=ShuffledWords(generator.text_encoder))  # type: ignore[arg-type]
    for prompt, move, asked in (
        ("pan left", "pan", -AMPLITUDE["pan"]),
        ("pan right", "pan", AMPLITUDE["pan"]),
        ("push in", "push", AMPLITUDE["push"]),
    ):
        reached, unheard = (_camera_end(each, prompt)[move] / asked for each in (generator, deaf))
        assert 0.85 < reached < 1.15, (prompt, reached)
        assert abs(unheard) < 0.25, (prompt, unheard)


def test_shuffled_words_make_the_camera_worse(generator: Generator) -> None:
    """One scene, the cameras of the four scenarios: each video is nearest to the move that its own words ask for."""
    trained = Unified(generator)
    asked = engines.load("parallax", weights=WEIGHTS, text_encoder=assets.resolve("minilm"))
    spec = _variants()[0]
    card = next(card for card in scene_pack() if card.id == spec.shots[0].scene)
    specs = [
        replace(spec, shots=(replace(spec.shots[0], camera=each.camera, prompt=compact_prompt(card, each, "jet")),))
        for each in SCENARIOS.values()
    ]
    scene = Scene.load(spec.shots[0].scene, "wide")
    made = [trained.generate(each, scene, "wide", lambda share: None) for each in specs]
    wanted = [asked.generate(each, scene, "wide", lambda share: None) for each in specs]
    apart = np.array([[_pixels_apart(each, move) for move in wanted] for each in made])
    own, shuffled = np.diag(apart).mean(), apart[~np.eye(len(specs), dtype=bool)].mean()
    assert apart.argmin(axis=1).tolist() == [0, 1, 2, 3], apart.round(1)
    assert own < 0.7 * shuffled, apart.round(1)
