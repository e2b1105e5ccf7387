"""Placements refuse what they say they refuse, and captions stand clear of their buttons."""

import pytest

from generation.formats import FRAME_SIZES
from generation.placements.labels import RULES, ai_label, ai_text, rule_for
from generation.placements.presets import PRESETS, problems
from generation.render.layout import safe_box


def test_our_six_second_cut_is_accepted_where_it_is_meant_to_go() -> None:
    assert problems(PRESETS["youtube_bumper"], format="wide", seconds=6.0, size=3_000_000, side=720) == []
    assert problems(PRESETS["tiktok_infeed"], format="tall", seconds=6.0, size=3_000_000, side=720) == []


@pytest.mark.parametrize(
    ("preset", "given", "reason"),
    [
        ("youtube_bumper", {"seconds": 6.5}, "at most 6 s; this one lasts 6.5 s"),
        ("youtube_shorts_ad", {"format": "tall"}, "at least 10 s"),
        (
            "tiktok_infeed",
            {"format": "portrait"},
            "takes Tall 9:16 or Square 1:1 or Wide 16:9",
        ),
        ("meta_catalog_video", {"format": "tall"}, "1080 pixels on the shorter side; this one has 720"),
        ("yandex_direct", {"size": 120_000_000}, "at most 100 MB; this one has 120"),
        ("amazon_video_ads", {}, "1080 pixels on the shorter side; this one has 720"),
    ],
)
def test_a_refusal_gives_its_reason(preset: str, given: dict, reason: str) -> None:
    file = {"format": "wide", "seconds": 6.0, "size": 3_000_000, "side": 720, **given}
    (problem,) = problems(PRESETS[preset], **file)
    assert reason in problem


@pytest.mark.parametrize("preset", [preset for preset in PRESETS.values() if preset.formats[0] == "tall"])
def test_captions_clear_the_buttons_of_every_vertical_place(preset) -> None:
    width, height = FRAME_SIZES["tall"]
    box, margins = safe_box("tall", (width, height)), preset.margins
    assert box.left >= margins.left * width - 1
    assert box.top >= margins.top * height - 1
    assert box.right <= (1 - margins.right) * width + 1
    assert box.bottom <= (1 - margins.bottom) * height + 1


def test_every_market_gets_a_label_for_the_whole_clip() -> None:
    label = ai_label("fr-FR", 6.0)
    assert (label.text, label.start, label.end, label.kind) == ("Décor généré par IA", 0.0, 6.0, "ai")
    assert rule_for("zh-CN") is RULES["CN"]
    assert rule_for("fr-FR") is rule_for("de") is RULES["EU"]
    assert ai_text("xx-XX") == "AI-generated scene"
