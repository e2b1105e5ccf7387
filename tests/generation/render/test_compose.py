"""From a plan to finished files: every part real, only shorter."""

import hashlib
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from generation.placements.labels import ai_label
from generation.render import timeline
from generation.render.clip import Motion
from generation.render.compose import Cut, render
from generation.render.errors import RenderError
from generation.render.timeline import Cue
from generation.render.view import Cutout, Take
from generation.specs import Line
from tests.generation.render.stage import JET, make_cutout, make_scene, make_spec

SECONDS = 0.5


def _short(**changes: object) -> dict[str, object]:
    spec = make_spec(seconds=SECONDS, labels=(ai_label("zh-CN", SECONDS),), captions=(), locale="zh-CN", **changes)
    scenes = {"wide": make_scene("wide", width=736), "tall": make_scene("tall", width=414, view_width_m=0.52)}
    noise = np.random.default_rng(0).normal(0, 0.05, (8000, 1)).astype(np.float32)
    motion = replace(Motion.still(12, effect=spec.shots[0].effect), sound=noise)
    return {
        "spec": spec,
        "takes": {name: [Take(scene, motion)] for name, scene in scenes.items()},
        "cutout": make_cutout(),
    }


def _wide(given: dict, cutout: Cutout | None = None) -> Cut:
    return Cut(given["spec"], given["takes"]["wide"], cutout=cutout or make_cutout())


def test_both_formats_come_out_complete(tmp_path: Path) -> None:
    heard: list[float] = []
    spoken = (Line(start=0.0, end=0.5, text="你好"),)
    cuts = render(**_short(effect=replace(JET, height_m=0.1), narration=spoken), out=tmp_path, progress=heard.append)
    assert [(cut.format, cut.width, cut.height, cut.seconds) for cut in cuts] == [
        ("wide", 1280, 720, SECONDS), ("tall", 720, 1280, SECONDS),
    ]  # fmt: skip
    for cut in cuts:
        assert cut.sha256 == hashlib.sha256(cut.path.read_bytes()).hexdigest()
        assert cut.bytes == cut.path.stat().st_size
        assert cut.notes == ("No voice for zh-CN: captions only.",)
        with av.open(str(cut.path)) as file:
            assert sum(1 for _ in file.decode(video=0)) == 12
        assert Image.open(cut.poster).size == (cut.width, cut.height)
    assert heard == [0.5, 1.0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tall.jpg", "tall.mp4", "wide.jpg", "wide.mp4"]


def test_the_poster_shows_a_caption_not_the_gap_between_two() -> None:
    given = _short()
    (take,) = given["takes"]["wide"]
    longer = {"wide": [replace(take, motion=Motion.still(72))]}
    lines = (Line(start=0.0, end=1.2, text="太阳能"), Line(start=2.1, end=2.9, text="喷泉"))
    spec = replace(given["spec"], seconds=3.0, captions=lines)
    assert _wide({**given, "takes": longer, "spec": spec}).poster_index() == 58
    assert _wide(given).poster_index() == round(0.62 * 12)


def test_a_photo_without_scale_is_refused() -> None:
    given = _short()
    blank = replace(make_cutout().photo, metres_per_pixel=None)
    with pytest.raises(RenderError, match=r"bottle\.png has no scale or no base point"):
        _wide(given, cutout=Cutout(rgba=make_cutout().rgba, photo=blank))


def test_an_empty_cutout_is_refused() -> None:
    given, cutout = _short(), make_cutout()
    with pytest.raises(RenderError, match="shows no product"):
        _wide(given, cutout=replace(cutout, rgba=cutout.rgba * 0))


def _two_shots() -> Cut:
    """Six frames from afar and six from near."""
    given = _short(effect=replace(JET, height_m=0.1))
    (take,) = given["takes"]["wide"]
    near = Take(make_scene("wide", width=736, view_width_m=0.46), take.motion, start=0.25)
    return _wide({**given, "takes": {"wide": [take, near]}})


def test_a_cut_goes_from_one_shot_to_the_next_at_its_second() -> None:
    cut = _two_shots()
    assert (cut.frames, [len(view) for view in cut.views]) == (12, [6, 6])
    far, near = (view.swept() for view in cut.views)
    assert near.width == pytest.approx(2 * far.width, rel=0.1)
    seen = [cut.frame(index).astype(int) for index in (4, 5, 6)]
    assert np.abs(seen[1] - seen[0]).mean() < 2 < 5 < np.abs(seen[2] - seen[1]).mean()


def test_an_effect_goes_on_over_a_cut_and_the_camera_sets_out_anew() -> None:
    rising = replace(Motion.still(12, effect=JET), effect=np.linspace(0, 1, 48, dtype=np.float32).reshape(12, 4))
    zoom = np.tile(np.eye(3, dtype=np.float32), (12, 1, 1))
    zoom[:, 0, 0] = np.linspace(1, 0.9, 12)
    part = replace(rising, homography=zoom).part(6, 12)
    assert np.array_equal(part.effect, rising.effect[6:])
    assert np.array_equal(part.homography, zoom[:6])


def test_words_that_outlast_their_shot_are_set_again_in_the_next() -> None:
    label = Cue(kind="label", text="AI", start=0.0, end=4.0)
    caption = Cue(kind="caption", text="a", start=0.0, end=3.5)
    card = Cue(kind="end_card", text="b", start=2.5, end=4.0)
    shown = [timeline.within([label, caption, card], *span) for span in ((0.0, 3.3), (3.3, 4.0))]
    assert [[(cue.text, cue.start, cue.end) for cue in cues] for cues in shown] == [
        [("AI", 0.0, 3.3), ("a", 0.0, 3.3), ("b", 2.5, 3.3)], [("AI", 3.3, 4.0), ("b", 3.3, 4.0)],
    ]  # fmt: skip


def test_a_plan_without_a_shot_is_refused() -> None:
    with pytest.raises(RenderError, match="has no shot"):
        _wide({**_short(), "takes": {"wide": []}})


def test_the_product_darkens_in_a_dim_scene_and_keeps_its_hue() -> None:
    given = _short()
    (take,) = given["takes"]["wide"]
    scene, light = take.scene, take.scene.light
    dim = replace(scene, light=replace(light, key_rgb=light.key_rgb * 0.2, irradiance=light.irradiance * 0.2))
    bright, dark = (
        _wide({**given, "takes": {"wide": [replace(take, scene=place)]}}).frame(0)[400, 640].astype(float)
        for place in (scene, dim)
    )
    assert dark[0] < 0.8 * bright[0]
    assert dark[1] / dark[0] == pytest.approx(bright[1] / bright[0], abs=0.08)


@pytest.mark.parametrize("pitch", [None, 12.0])
def test_the_ground_is_darker_where_the_product_touches_it(pitch: float | None) -> None:
    box = make_cutout()
    cut = _wide(_short(), cutout=replace(box, photo=replace(box.photo, pitch_deg=pitch)))
    bare = cut.views[0].backdrop(0).astype(int)
    drawn = cut.frame(0).astype(int)
    below, far = (slice(506, 512), slice(610, 670)), (slice(506, 512), slice(100, 160))
    assert drawn[below].mean() < 0.75 * bare[below].mean()
    assert np.array_equal(drawn[far], bare[far])


def test_a_photo_of_unknown_angle_brings_its_own_shadow_at_the_products_scale() -> None:
    box = make_cutout()
    shadow = np.zeros(box.rgba.shape[:2], np.uint8)
    right = np.flatnonzero(box.rgba[..., 3].max(0))[-1]
    shadow[-60:-30, right + 5 : right + 30] = 128
    cut = _wide(_short(), cutout=replace(box, shadow=shadow))
    change = cut.frame(0).astype(int) - _wide(_short(), cutout=replace(box, shadow=0 * shadow)).frame(0)
    rows, columns = np.nonzero(change.min(-1) < -5)
    sprite = cut.views[0]._sprite
    scale = sprite.pixels_per_metre / sprite.oversampling * (box.photo.metres_per_pixel or 0)
    assert np.ptp(columns) == pytest.approx(25 * scale, abs=3)
    assert np.ptp(rows) == pytest.approx(30 * scale, abs=3)


def test_a_camera_that_pushes_in_does_not_cut_off_the_top() -> None:
    scene, cutout = make_scene("wide", width=1472, view_width_m=0.56), make_cutout()
    zoom = np.tile(np.eye(3, dtype=np.float32), (24, 1, 1))
    zoom[:, 0, 0] = zoom[:, 1, 1] = np.linspace(1, 0.75, 24)
    spec = make_spec(captions=(), title="")
    cut = Cut(spec, [Take(scene, replace(Motion.still(24), homography=zoom))], cutout=cutout)
    (view,) = cut.views
    assert view.swept().top >= 0.02 * 720
    assert view.track.scale[-1] > 1.01
    assert cut.notes() == ()
