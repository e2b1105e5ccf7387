"""The fingerprint of a rendering: the same for the same, another for anything that would change the picture."""

from dataclasses import replace

import pytest

from catalog import assets
from generation.render import identity
from generation.render.clip import Motion
from tests.generation.render.stage import make_spec

MOTION = Motion.still(4, made_by="unified abc steps 2 seed 7")
MOTIONS = {"wide": [MOTION]}


def test_the_same_plan_motion_and_tools_are_the_same_rendering() -> None:
    assert identity.render_hash(make_spec(), MOTIONS) == identity.render_hash(make_spec(), dict(MOTIONS))


def test_other_words_other_weights_or_another_format_are_another_rendering() -> None:
    hashes = {
        identity.render_hash(make_spec(), MOTIONS),
        identity.render_hash(make_spec(title="Lamp"), MOTIONS),
        identity.render_hash(make_spec(), {"wide": [replace(MOTION, made_by="unified abd steps 2 seed 7")]}),
        identity.render_hash(make_spec(), {**MOTIONS, "tall": MOTIONS["wide"]}),
        identity.render_hash(make_spec(), {"wide": [MOTION, MOTION]}),
    }
    assert len(hashes) == 5


def test_another_font_or_other_code_is_another_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    identity.tools.cache_clear()
    before = identity.tools()
    table = dict(assets.assets())
    (file, *others) = table["font_inter"].files
    table["font_inter"] = replace(table["font_inter"], files=(replace(file, sha256="0" * 64), *others))
    monkeypatch.setattr(assets, "assets", lambda: table)
    identity.tools.cache_clear()
    other_font = identity.tools()
    monkeypatch.undo()
    monkeypatch.setattr(identity, "_code", lambda: "other")
    identity.tools.cache_clear()
    assert len({before, other_font, identity.tools()}) == 3
    identity.tools.cache_clear()
