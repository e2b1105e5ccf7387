"""The effect keeps its size: drops turn exactly at the asked height, and nothing is ever drawn above it."""

from dataclasses import replace

import numpy as np
import pytest

from generation.render import jet
from generation.render.clip import HEIGHT, Motion
from generation.render.compose import Cut
from generation.render.view import Take
from generation.specs import EffectSpec
from tests.generation.render.stage import JET, make_cutout, make_scene, make_spec

SIZE = (640, 360)
FLOOR = 0.07


def _cut(effect: EffectSpec, **changes: object) -> Cut:
    spec = make_spec(effect=effect, labels=(), captions=(), title="", **changes)
    take = Take(make_scene(width=736, surface="water"), Motion.still(24, effect=effect))
    return Cut(spec, [take], cutout=make_cutout(), size=SIZE)


def _drawn(effect: EffectSpec, index: int = 12) -> np.ndarray:
    """How much the effect changes each pixel of a frame."""
    none = replace(effect, kind="none")
    return np.abs(_cut(effect).frame(index).astype(int) - _cut(none).frame(index)).max(-1)


def test_no_drop_is_launched_above_the_asked_height() -> None:
    drops = jet.launch(Motion.still(48, effect=JET), floor=FLOOR, seed=1)
    peak = drops.velocity[:, 2] ** 2 / (2 * jet.GRAVITY)
    assert peak.max() <= JET.height_m
    assert peak.max() == pytest.approx(JET.height_m, rel=0.01)
    assert len(drops.born) > 2000


def test_a_falling_height_lowers_the_drops_launched_after_it() -> None:
    motion = Motion.still(48, effect=JET)
    effect = motion.effect.copy()
    effect[24:, HEIGHT] = 0.1
    drops = jet.launch(replace(motion, effect=effect), floor=FLOOR, seed=1)
    late = drops.born > 1.0
    assert (drops.velocity[late, 2] ** 2 / (2 * jet.GRAVITY)).max() <= 0.1 + 1e-6


def test_drops_land_within_the_asked_spread() -> None:
    drops = jet.launch(Motion.still(48, effect=JET), floor=FLOOR, seed=1)
    landed = drops.at(drops.ends() - drops.born, np.ones(len(drops.born), bool))
    assert np.allclose(landed[:, 2], -FLOOR)
    assert np.hypot(landed[:, 0], landed[:, 1]).max() <= JET.spread_m / 2 * 1.02


def test_water_is_drawn_up_to_the_height_and_not_above() -> None:
    low = replace(JET, height_m=0.12)
    cut = _cut(low)
    changed = np.flatnonzero((_drawn(low) > 10).any(1))
    top = cut.views[0].outlet.pixels(np.array([[0.0, 0, low.height_m]]), 12)[0, 1]
    foot = cut.views[0].outlet.pixels(np.zeros((1, 3)), 12)[0, 1]
    assert changed[0] >= top - 2
    assert changed[0] - top < 0.05 * (foot - top)


@pytest.mark.parametrize("kind", ["steam", "mist", "particles"])
def test_soft_effects_stay_below_their_height(kind: str) -> None:
    effect = EffectSpec(kind=kind, height_m=0.15, spread_m=0.1, density=0.8, sway=0.4)
    cut = _cut(effect)
    changed = np.flatnonzero((_drawn(effect) > 6).any(1))
    top = cut.views[0].outlet.pixels(np.array([[0.0, 0, effect.height_m]]), 12)[0, 1]
    assert len(changed) > 10
    assert changed[0] >= top - 4


def test_a_lamp_lights_the_ground_and_the_air_round_it() -> None:
    lamp = EffectSpec(kind="beam", height_m=0.15, spread_m=0.3, density=0.8)
    dark, lit = _cut(replace(lamp, kind="none")).frame(3).astype(int), _cut(lamp).frame(3).astype(int)
    change = lit - dark
    assert change[280:330, 250:390].mean() > 5
    assert change[..., 0].mean() > change[..., 1].mean() > change[..., 2].mean()
    assert change[..., 0].min() >= -1


def test_the_same_seed_gives_the_same_drops() -> None:
    assert np.array_equal(_cut(JET).frame(9), _cut(JET).frame(9))
    assert not np.array_equal(_cut(JET).frame(9), _cut(JET, seed=8).frame(9))


def test_frames_may_be_drawn_in_any_order() -> None:
    forwards, backwards = _cut(JET), _cut(JET)
    first = [forwards.frame(index) for index in (3, 9)]
    second = [backwards.frame(index) for index in (9, 3)]
    assert np.array_equal(first[0], second[1])
    assert np.array_equal(first[1], second[0])
