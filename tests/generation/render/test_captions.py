"""Words on the picture: inside the safe margins, beside the product, large enough, in the right script."""

from dataclasses import replace

import numpy as np
import pytest

from generation.formats import FORMATS, FRAME_SIZES, Format
from generation.placements.labels import ai_label, rule_for
from generation.render import captions, lettering, timeline
from generation.render.clip import Motion
from generation.render.compose import Cut
from generation.render.errors import RenderError
from generation.render.layout import Box, room, safe_box
from generation.render.lettering import Style
from generation.render.view import Take
from generation.specs import Line, VideoSpec
from tests.generation.render.stage import JET, make_cutout, make_scene, make_spec


def _cut(frame_format: Format, spec: VideoSpec) -> Cut:
    width, height = FRAME_SIZES[frame_format]
    scene = make_scene(frame_format, width=round(width * 1.15), view_width_m=0.93 * width / height)
    motion = Motion.still(144, effect=spec.shots[0].effect)
    return Cut(spec, [Take(scene, motion)], cutout=make_cutout())


@pytest.mark.parametrize("frame_format", FORMATS)
@pytest.mark.parametrize("locale", ["en-US", "fr-FR", "zh-CN"])
def test_text_is_in_the_safe_box_and_off_the_product(frame_format: Format, locale: str) -> None:
    words = {
        "en-US": "Powered by sunlight alone",
        "fr-FR": "Grâce au soleil, sans câble ni pile",
        "zh-CN": "只靠阳光，无需电线",
    }
    spec = make_spec(
        effect=replace(JET, height_m=0.15, spread_m=0.12), locale=locale, labels=(ai_label(locale, 6.0),),
        captions=(Line(start=0.3, end=3.0, text=words[locale]),),
    )  # fmt: skip
    cut = _cut(frame_format, spec)
    assert {text.cue.kind for text in cut.texts} == {"label", "caption", "end_card"}
    for text in cut.texts:
        ink = _ink(text.rgba, text.left, text.top)
        assert not any(ink.overlaps(box) for box in cut.views[0].obstacles()[1]), text.cue
        safe = safe_box(frame_format, cut.size)
        assert ink.left >= safe.left - 2
        assert ink.right <= safe.right + 2
        assert ink.top >= safe.top - 2
        assert ink.bottom <= safe.bottom + 2


def _ink(rgba: np.ndarray, left: int, top: int) -> Box:
    """Where the layer is really covered: its scrim fades out long before."""
    solid = rgba[..., :3].max(-1) > 0.5
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    return Box(left + columns[0], top + rows[0], left + columns[-1] + 1, top + rows[-1] + 1)


@pytest.mark.parametrize("locale", ["en-US", "zh-CN", "ja-JP"])
def test_the_label_is_as_tall_as_its_market_asks(locale: str) -> None:
    spec = make_spec(locale=locale, labels=(ai_label(locale, 6.0),), captions=(), title="")
    (label,) = _cut("wide", spec).texts
    ink = _ink(label.rgba, 0, 0)
    assert ink.height >= rule_for(locale).minimum_share * 720 * 0.98
    assert rule_for("zh-CN").minimum_share == 0.05


def test_the_label_is_there_from_the_first_frame_to_the_last() -> None:
    (label,) = timeline.cues(make_spec(captions=(), title=""))
    assert [label.presence(second) for second in (0.0, 3.0, 5.99)] == [1.0, 1.0, 1.0]


def test_captions_give_way_to_the_end_card() -> None:
    spec = make_spec(captions=(Line(start=3.0, end=6.0, text="Powered by sunlight"),))
    caption, card = (cue for cue in timeline.cues(spec) if cue.kind != "label")
    assert caption.end == card.start == 4.5
    assert caption.presence(4.6) == 0.0
    assert card.presence(5.5) == 1.0
    assert card.detail == "Shop now"


def test_a_text_without_room_is_refused_by_name() -> None:
    long = " ".join(["This sentence never ends and nobody can read it"] * 6)
    with pytest.raises(RenderError, match="No room for “This sentence never ends"):
        _cut("wide", make_spec(captions=(Line(start=0, end=3, text=long),)))


def test_signs_without_a_font_are_named() -> None:
    with pytest.raises(RenderError, match="No installed font has"):
        lettering.font_for("नमस्ते", Style(40, 600, "hi-IN"))


def test_two_lines_are_balanced() -> None:
    style = Style(40, 640, "en-US")
    lines = lettering.broken("Fresh water for your birds all summer long", style, 560)
    lengths = [lettering.font_for(line, style).getlength(line) for line in lines]
    assert len(lines) == 2
    assert min(lengths) / max(lengths) > 0.7


def test_a_number_stays_with_its_unit() -> None:
    lines = lettering.broken("Lights up to 12 m around you", Style(40, 640, "en-US"), 330)
    assert lines == ["Lights up to", "12\u00a0m around you"]


def test_a_chinese_line_never_starts_with_a_comma() -> None:
    lines = lettering.broken("只靠阳光工作，无需电线和电池", Style(40, 640, "zh-CN"), 290)
    assert len(lines) == 2
    assert lines[1][0] not in "，。"


def test_room_is_found_on_every_side_of_an_obstacle() -> None:
    label = Box(64, 40, 320, 90)
    places = room("wide", safe_box("wide", (1280, 720)), label=label, obstacles=[Box(560, 300, 720, 680)])
    assert all(not place.overlaps(Box(560, 300, 720, 680)) for place in places)
    assert len(places) == 3


def test_letters_are_dark_on_a_bright_even_wall_and_white_elsewhere() -> None:
    wall = np.full((80, 300, 3), 224, np.uint8)
    lamps = wall.copy()
    lamps[:, ::6] = 30
    assert captions.tone_for([wall, wall]).ink.max() < 0.1
    assert captions.tone_for([wall, lamps]).ink.min() == 1.0
    night = captions.tone_for([np.full((80, 300, 3), 60, np.uint8)])
    assert night.ink.min() == 1.0
    assert night.strength < captions.tone_for([lamps]).strength
