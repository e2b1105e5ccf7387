"""A film is made in the shapes that were asked; another shape is a video of its own, decided by itself."""

import pytest
from django.db import transaction

from accounts.models import Merchant
from catalog.models import Product
from generation import boards, jobs, services
from generation.formats import FORMATS, USUAL, ordered
from generation.models import Cut, Job, Video
from generation.templatetags.formats import fits_of, format_title
from tests.factories import make_cut, make_product, make_signed, make_video
from tests.generation.test_stale import _live_video, _product


def _planned(product: Product, *formats: str) -> list[Video]:
    return services.plan_product(
        product=product, locales=["en-US"], budget=1, engine="static", formats=formats or USUAL
    )


def test_every_shape_can_be_cut_encoded_and_stored() -> None:
    assert [key for key, each in FORMATS.items() if any(side % 10 for side in each.size)] == []
    assert [key for key in FORMATS if len(key) > 10] == []
    assert Cut.Format.values == list(FORMATS)
    for each in FORMATS.values():
        assert each.grain * each.size[1] % (2 * each.size[0]) == 0


def test_formats_keep_the_order_of_the_table_and_strangers_are_refused() -> None:
    assert ordered(["portrait", "wide", "portrait"]) == ["wide", "portrait"]
    with pytest.raises(ValueError, match=r"no format 'cinema'; there are wide \(16:9\)"):
        ordered(["cinema"])


def test_a_plan_makes_the_two_usual_formats_unless_others_are_asked(at_alice: Merchant) -> None:
    product = _product(at_alice)
    (usual,) = _planned(product)
    (asked,) = _planned(product, "portrait", "square")
    assert (usual.formats, asked.formats) == (["wide", "tall"], ["square", "portrait"])
    with pytest.raises(services.CannotPlan, match="no format 'cinema'"):
        _planned(product, "cinema")


def test_a_stage_costs_what_its_formats_cost(at_alice: Merchant) -> None:
    usual, four = make_video(at_alice), make_video(at_alice, make_product(at_alice), formats=list(FORMATS))
    costs = [jobs.enqueue(video=video, kind=Job.Kind.COMPOSE).cost for video in (usual, four)]
    assert costs == [25.0, 50.0]


def test_an_added_format_is_the_same_film_waiting_for_its_own_yes(at_alice: Merchant) -> None:
    video = _live_video(at_alice)
    added = services.add_format(video=video, frame_format="square", by="ann")
    assert (added.variant, added.formats, added.state) == (video.variant, ["square"], Video.State.PLANNED)
    assert added.jobs.get().kind == Job.Kind.GENERATE
    video.refresh_from_db()
    assert (video.state, video.formats) == (Video.State.PUBLISHED, ["wide", "tall"])
    assert services.add_format(video=video, frame_format="square", by="ann") == added
    assert services.add_format(video=added, frame_format="tall", by="ann") == video


def test_an_added_format_is_approved_and_shown_by_its_own_bytes(at_alice: Merchant) -> None:
    video = _live_video(at_alice)
    added = services.add_format(video=video, frame_format="square", by="ann")
    cut = make_cut(added, format="square", sha256="c" * 64, width=1080, height=1080)
    Video.objects.filter(pk=added.pk).update(state=Video.State.REVIEWING)
    added.refresh_from_db()
    with transaction.atomic():
        (approval,) = services.approve(video=added, approver="Bea")
    make_signed(cut)
    (placement,) = services.publish(video=added, by="Bea")
    assert (approval.sha256, placement.cut.format) == ("c" * 64, "square")
    assert video.cuts.get().placements.count() == 1


def test_a_film_that_may_not_be_shown_gets_no_more_formats(at_alice: Merchant) -> None:
    video = make_video(at_alice, state=Video.State.STALE)
    with pytest.raises(services.CannotPlan, match="make it anew"):
        services.add_format(video=video, frame_format="square", by="ann")
    assert boards.other_shapes(video) == []


def test_the_page_knows_which_shapes_a_film_has_and_lacks(at_alice: Merchant) -> None:
    video = make_video(at_alice)
    added = services.add_format(video=video, frame_format="portrait", by="ann")
    assert [(shape.title, shape.video) for shape in boards.other_shapes(video)] == [
        ("Square 1:1", None), ("Portrait 4:5", added),
    ]  # fmt: skip
    assert [shape.video for shape in boards.other_shapes(added)] == [video, video, None]


def test_a_finished_file_is_told_who_takes_it_and_why_others_do_not(at_alice: Merchant) -> None:
    square = make_cut(make_video(at_alice), format="square", width=1080, height=1080)
    fits = fits_of(square)
    taken = {fit.name for fit in fits if not fit.problems}
    assert {"Meta catalog: Facebook and Instagram", "Pinterest video Pin", "Google Demand Gen"} <= taken
    assert not any("YouTube" in fit.name for fit in fits)
    small = make_cut(make_video(at_alice, make_product(at_alice)), format="square", width=720, height=720)
    refused = {fit.name: fit.problems for fit in fits_of(small) if fit.problems}
    assert "1080 pixels on the shorter side; this one has 720" in refused["Meta catalog: Facebook and Instagram"][0]
    assert (format_title("square"), format_title("unheard")) == ("Square 1:1", "unheard")
