"""A person cuts a stretch out of a finished film: another film of the same motion, judged by itself."""

from dataclasses import replace

import numpy as np
import pytest

from accounts.models import AuditLog, Merchant
from catalog import parameters
from generation import making, services, trimming
from generation.models import Job, Placement, Video
from generation.placements.labels import ai_label
from generation.prompts.shortened import shortened
from generation.render import sound
from generation.render.clip import Motion
from generation.render.compose import Cut
from generation.render.view import Take
from generation.specs import Line, VideoSpec, film_second
from tests.factories import make_facts, make_spec
from tests.generation.render.stage import JET, make_cutout, make_scene
from tests.generation.render.stage import make_spec as make_plan
from tests.generation.test_stale import _live_video

FIRST, SECOND = Line(start=0.25, end=2.95, text="Runs on sunlight"), Line(start=3.0, end=5.75, text="No cable")


def _spec() -> VideoSpec:
    return make_spec(captions=(FIRST, SECOND), narration=(FIRST, SECOND), labels=(ai_label("en-US", 6.0),))


def test_what_comes_after_a_stretch_comes_earlier_and_what_it_touches_goes() -> None:
    spec = shortened(_spec(), 0.5, 1.5)
    assert (spec.seconds, spec.left_out, spec.whole_seconds) == (5.0, ((0.5, 1.5),), 6.0)
    assert [(line.text, line.start, line.end) for line in spec.captions] == [("No cable", 2.0, 4.75)]
    assert spec.narration == spec.captions
    assert [(label.start, label.end) for label in spec.labels] == [(0.0, 5.0)]
    assert [film_second(moment, spec.left_out) for moment in (0.25, 0.5, 1.0, 1.5, 6.0)] == [0.25, 0.5, 0.5, 0.5, 5.0]
    assert VideoSpec.from_json(spec.to_json()) == spec


def test_a_film_is_cut_again_in_its_own_seconds() -> None:
    spec = shortened(shortened(_spec(), 0.0, 1.0), 0.5, 1.5)
    assert (spec.seconds, spec.left_out) == (4.0, ((0.0, 1.0), (1.5, 2.5)))
    assert spec.shown(144)[:2] + spec.shown(144)[11:13] == (24, 25, 35, 60)
    assert shortened(spec, 0.5, 1.0).left_out == ((0.0, 1.0), (1.5, 3.0))


def test_a_plan_of_which_nothing_was_cut_keeps_its_name() -> None:
    assert "left_out" not in _spec().to_json()
    assert shortened(_spec(), 1, 2).hash != shortened(_spec(), 1.5, 2.5).hash


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (2, 1, "two moments"),
        (1, 1.1, "two moments"),
        (5, 7, "it lasts 6.0 s"),
        (1, 4.5, "2.5 s would be left; a film keeps 3 s"),
    ],
)
def test_a_cut_that_leaves_nothing_sensible_is_refused(start: float, end: float, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        shortened(_spec(), start, end)


def test_the_cut_film_shows_the_same_pictures_without_the_stretch() -> None:
    plan = make_plan(captions=(), labels=(), title="", seconds=1.0, effect=JET)
    scene, motion, box = make_scene("wide", width=736), Motion.still(24, effect=JET), make_cutout()
    takes = [Take(scene, motion), Take(make_scene("wide", width=736, view_width_m=0.5), motion, start=0.5)]
    whole = Cut(plan, takes, cutout=box)
    cut = Cut(replace(plan, seconds=0.5, left_out=((0.25, 0.75),)), takes, cutout=box)
    assert cut.frames == 12
    for shown, moment in ((5, 5), (6, 18), (11, 23)):
        assert np.array_equal(cut.frame(shown), whole.frame(moment))
    assert not np.array_equal(cut.frame(6), whole.frame(6))


def test_the_sound_of_a_stretch_goes_with_its_frames_and_the_joint_is_soft() -> None:
    ticks = np.arange(24 * 1000, dtype=np.float32)[:, None] / 24000
    motion = replace(Motion.still(24), sound=ticks, sound_rate=24000)
    heard = sound.joined(motion, (*range(6), *range(18, 24))).sound[:, 0]
    assert len(heard) == 12000
    assert (heard[5000], heard[7000]) == (ticks[5000, 0], ticks[19000, 0])
    assert (heard[5999], heard[6000]) == (0, 0)
    assert sound.joined(motion, range(24)) is motion


def test_a_film_that_was_cut_shares_the_motion_it_was_cut_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """No engine is loaded for it."""
    monkeypatch.setattr(making, "_engine", None)
    motion = replace(Motion.still(4), made_by="unified a3f0 seed 4", gain=np.full((4, 2, 2), 1.25, np.float32))
    facts = make_facts()
    facts = replace(facts, images=tuple(replace(image, cutout="cut-out.png") for image in facts.images))
    source = making.Order(public_id="whole", engine="unified", spec=_spec(), facts=facts, formats=("wide",))
    making._store_motion("work/whole/wide-0.npz", motion)

    made = making.Generate().perform(replace(source, public_id="cut", source="whole"), lambda stage, share: None)

    assert made.recipe["made_by"] == "unified a3f0 seed 4"
    assert making._load_motion("work/cut/wide-0.npz").gain.max() == 1.25


def test_a_cut_starts_a_film_of_its_own_and_the_live_one_stays(at_alice: Merchant) -> None:
    video = _live_video(at_alice)
    services.record_draft(video=video, meaning=[0.6, 0.8], recipe={})
    services.record_draft(video=video, meaning=[], recipe={})
    video.variant.refresh_from_db()
    pressed = [trimming.trim(video=video, start=0, end=1.5, by="ann") for _ in range(2)]

    shorter = Video.objects.get(pk=pressed[0].pk)
    assert pressed == [shorter, shorter]
    assert (shorter.state, shorter.formats, shorter.trimmed_from) == (Video.State.PLANNED, video.formats, video)
    assert (shorter.variant.spec["seconds"], shorter.variant.spec["left_out"]) == (4.5, [[0.0, 1.5]])
    assert shorter.variant.facts == video.variant.facts
    assert shorter.variant.meaning == video.variant.meaning == [0.6, 0.8]
    assert [job.kind for job in Job.objects.filter(video=shorter)] == [Job.Kind.GENERATE]
    assert AuditLog.objects.filter(action="trim").count() == 1
    video.refresh_from_db()
    assert (video.state, Placement.objects.get().state) == ("published", "live")


def test_a_film_whose_facts_changed_is_not_cut(at_alice: Merchant) -> None:
    video = _live_video(at_alice)
    Video.objects.filter(pk=video.pk).update(state=Video.State.REJECTED)
    parameters.write(product=video.variant.product, name="width", text="8 cm", by="ann")
    video = Video.objects.get(pk=video.pk)
    with pytest.raises(services.CannotPlan, match="changed since"):
        trimming.trim(video=video, start=0, end=1, by="ann")
    Video.objects.filter(pk=video.pk).update(state=Video.State.STALE)
    video.refresh_from_db()
    with pytest.raises(services.CannotPlan, match="make it anew"):
        trimming.trim(video=video, start=0, end=1, by="ann")
