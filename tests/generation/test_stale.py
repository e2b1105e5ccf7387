"""Videos that promise what the facts no longer say, or whose consents ended, are taken back at once, and made anew on
one click."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditLog, Merchant
from catalog import parameters, rights, sayings, signals
from catalog.models import Consent, Image, Product, Review
from catalog.rights import Scope
from catalog.selectors import product_facts
from generation import recall, services, tasks
from generation.models import Job, Placement, Variant, Video
from generation.placements import labels
from tests.factories import make_cut, make_product, make_signed


def _product(merchant: Merchant) -> Product:
    """A mug that can be planned: a cut-out photo and a width."""
    product = make_product(merchant, sku="MUG-1", title="Mug", audience_tags=["family"])
    Image.objects.create(
        merchant=merchant, product=product, file="products/mug.jpg", sha256="1" * 64, width=1000, height=1000,
        role="packshot", cutout="cutouts/mug.png", outline=[300, 200, 700, 800], base_px=[500, 800],
    )  # fmt: skip
    parameters.write(product=product, name="width", text="9 cm", by="ann")
    return product


def _live_video(merchant: Merchant) -> Video:
    product = _product(merchant)
    video = services.plan_product(product=product, locales=["en-US"], budget=1, engine="static")[0]
    cut = make_cut(video)
    Video.objects.filter(pk=video.pk).update(state=Video.State.REVIEWING)
    video.refresh_from_db()
    services.approve(video=video, approver="Ann")
    make_signed(cut)
    video.refresh_from_db()
    services.publish(video=video, by="Ann")
    video.refresh_from_db()
    return video


def test_a_changed_parameter_pauses_what_promised_the_old_one(at_alice: Merchant) -> None:
    video = _live_video(at_alice)

    parameters.write(product=video.variant.product, name="width", text="8 cm", by="ann")

    video.refresh_from_db()
    placement = Placement.objects.get()
    assert (video.state, placement.state) == ("stale", "paused")
    assert "width" in placement.paused_because
    assert AuditLog.objects.filter(action="mark_stale").count() == 1


def test_another_review_pauses_nothing(at_alice: Merchant) -> None:
    video = _live_video(at_alice)
    product = video.variant.product
    Review.objects.create(merchant=at_alice, product=product, key="rev-1", text="Fine.")
    signals.facts_changed.send(sender=Product, product_ids=[product.pk], because="a review")

    video.refresh_from_db()
    assert product_facts(product).version != video.variant.facts_version
    assert (video.state, Placement.objects.get().state) == ("published", "live")


def test_a_changed_sentence_pauses_what_says_it_and_nothing_else(at_alice: Merchant) -> None:
    product = _product(at_alice)
    said = sayings.write(product=product, key="", locale="en-US", text="Keeps tea warm", proofs=["par-width"], by="ann")
    video = services.plan_product(product=product, locales=["en-US"], budget=1, engine="static")[0]
    Video.objects.filter(pk=video.pk).update(state=Video.State.PUBLISHED)
    assert said.key in json.dumps(video.variant.spec)

    sayings.write(product=product, key="", locale="en-US", text="Made of clay", proofs=[], by="ann")
    video.refresh_from_db()
    assert video.state == "published"

    sayings.write(product=product, key=said.key, locale="en-US", text="Keeps tea hot", proofs=["par-width"], by="ann")
    video.refresh_from_db()
    assert (video.state, recall.is_outdated(video.variant)) == ("stale", True)


def test_facts_and_pause_come_together_or_not_at_all(at_alice: Merchant) -> None:
    video = _live_video(at_alice)

    with pytest.raises(RuntimeError, match="lost"), transaction.atomic():
        parameters.write(product=video.variant.product, name="width", text="8 cm", by="ann")
        raise RuntimeError("connection lost")

    video.refresh_from_db()
    assert (video.state, product_facts(video.variant.product).parameters[0].value) == ("published", 9.0)


def test_a_stale_video_is_made_anew_from_todays_facts(at_alice: Merchant) -> None:
    video = _live_video(at_alice)
    parameters.write(product=video.variant.product, name="width", text="8 cm", by="ann")
    video.refresh_from_db()

    new = recall.remake(video=video, by="ann")[0]

    video.refresh_from_db()
    variant = Variant.objects.get(pk=new.variant_id)
    assert (video.state, new.state) == ("retired", "planned")
    assert (variant.scenario, variant.hook) == (video.variant.scenario, video.variant.hook)
    assert json.loads(json.dumps(variant.facts))["parameters"][0]["value"] == 8.0
    assert Job.objects.filter(video=new, kind="generate").count() == 1
    assert recall.remake(video=video, by="ann") == []


def test_a_product_without_size_says_so_before_anything_is_made(at_alice: Merchant) -> None:
    product = _product(at_alice)
    parameters.remove(product=product, name="width", by="ann")

    with pytest.raises(services.CannotPlan, match="real size of MUG-1 is unknown"):
        services.plan_product(product=product)


def _consent(video: Video, **changes: Any) -> Consent:
    paper = Consent(
        merchant_id=video.merchant_id, kind="person", name="Marie Dupont", document="contract 12",
        begins=date(2026, 1, 1), **changes,
    )  # fmt: skip
    return rights.register(consent=paper, scope=Scope(products=[video.variant.product]), by="ann")


def test_a_withdrawn_consent_recalls_what_was_built_on_it(at_alice: Merchant) -> None:
    video = _live_video(at_alice)
    paper = _consent(video)
    assert [found.pk for found in recall.built_on(rights.by_product(paper))] == [video.pk]

    assert rights.withdraw(consent=paper, by="ann", because="She asked us to") == 1

    video.refresh_from_db()
    placement = Placement.objects.get()
    assert (video.state, placement.state) == ("stale", "paused")
    assert placement.paused_because == "The consent of Marie Dupont was withdrawn: She asked us to"
    (new,) = recall.remake(video=video, by="ann")
    video.refresh_from_db()
    assert (video.state, new.state) == ("retired", "planned")


def test_an_expired_consent_recalls_what_was_built_on_it(at_alice: Merchant) -> None:
    video = _live_video(at_alice)
    today = timezone.localdate()
    _consent(video, expires=today)

    rights.end_expired(today=today + timedelta(days=1))

    video.refresh_from_db()
    assert (video.state, Placement.objects.get().state) == ("stale", "paused")


def test_a_changed_label_rule_recalls_what_was_composed_under_the_old_one(
    at_alice: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = _live_video(at_alice)
    Video.objects.filter(pk=video.pk).update(recipe={"label_rule": labels.rule_version("en-US")})
    assert list(recall.sweep()) == []

    stricter = replace(labels.RULES["US"], minimum_share=0.05, source="the stricter rule of 2027")
    monkeypatch.setitem(labels.RULES, "US", stricter)
    ((merchant, taken),) = recall.sweep()

    video.refresh_from_db()
    assert (merchant, [row.pk for row in taken], video.state) == (at_alice, [video.pk], "stale")
    assert Placement.objects.get().paused_because == "The rule for AI labels in US changed: the stricter rule of 2027"
    (new,) = recall.remake(video=video, by="ann")
    assert (new.state, new.variant.spec["seed"]) == ("planned", video.variant.spec["seed"] + 1)


def test_a_withdrawn_model_recalls_what_it_drew(at_alice: Merchant, settings: Any) -> None:
    video = _live_video(at_alice)
    Video.objects.filter(pk=video.pk).update(recipe={"made_by": "unified a3f0c2d1a3f0c2d1 steps 6 seed 4"})
    settings.WITHDRAWN_WEIGHTS = ["bbbb"]
    assert recall.overtaken() == []

    settings.WITHDRAWN_WEIGHTS = ["a3f0c2d1"]
    assert tasks.recall_overtaken() == 1

    video.refresh_from_db()
    placement = Placement.objects.get()
    assert (video.state, placement.state, placement.paused_because) == (
        "stale", "paused", "The model a3f0c2d1 was withdrawn",
    )  # fmt: skip
    assert tasks.recall_overtaken() == 0


def test_what_a_video_was_labelled_under_is_written_down_with_its_files(at_alice: Merchant) -> None:
    product = _product(at_alice)
    video = services.plan_product(product=product, locales=["en-US"], budget=1, engine="static")[0]
    services.record_cuts(video=video, cuts=[], render_hash="h", recipe={"made_by": "static"})
    video.refresh_from_db()
    assert video.recipe == {"made_by": "static", "label_rule": labels.rule_version("en-US")}
    assert labels.rule_version("zh-CN") != labels.rule_version("en-US") != labels.rule_version("fr-FR")


def test_films_of_one_plan_in_two_formats_are_made_anew_as_films_of_one_plan(at_alice: Merchant) -> None:
    video = _live_video(at_alice)
    square = Video.objects.create(
        merchant=at_alice, variant=video.variant, engine=video.engine, formats=["square"], state=Video.State.PUBLISHED
    )
    parameters.write(product=video.variant.product, name="width", text="8 cm", by="ann")
    for row in (video, square):
        row.refresh_from_db()

    (first,), (second,) = recall.remake(video=video, by="ann"), recall.remake(video=square, by="ann")

    assert first.variant == second.variant
    assert (first.formats, second.formats) == (video.formats, ["square"])


def test_a_rejected_video_is_made_again_and_stays_on_record(at_alice: Merchant) -> None:
    product = _product(at_alice)
    video = services.plan_product(product=product, locales=["en-US"], budget=1, engine="static")[0]
    Video.objects.filter(pk=video.pk).update(state=Video.State.REJECTED)

    (new,) = recall.remake(video=video, by="ann")

    video.refresh_from_db()
    assert (video.state, new.state, new.pk != video.pk) == ("rejected", "planned", True)


def test_asking_twice_for_another_makes_one_until_that_one_is_refused_too(at_alice: Merchant) -> None:
    product = _product(at_alice)
    video = services.plan_product(product=product, locales=["en-US"], budget=1, engine="static")[0]
    Video.objects.filter(pk=video.pk).update(state=Video.State.REJECTED)

    pressed = [recall.remake(video=video, by="ann") for _ in range(2)]

    assert pressed[0] == pressed[1]
    assert (Video.objects.count(), AuditLog.objects.filter(action="remake").count()) == (2, 1)
    Video.objects.filter(pk=pressed[0][0].pk).update(state=Video.State.REJECTED)
    (third,) = recall.remake(video=video, by="ann")
    video.refresh_from_db()
    assert (Video.objects.count(), video.followed_by) == (3, third)


@pytest.mark.parametrize("limits", [{"territory": "FR"}, {"use": "ads"}])
def test_a_consent_for_elsewhere_recalls_nothing(at_alice: Merchant, limits: dict[str, str]) -> None:
    video = _live_video(at_alice)
    assert rights.withdraw(consent=_consent(video, **limits), by="ann", because="Over") == 0

    video.refresh_from_db()
    assert (video.state, Placement.objects.get().state) == ("published", "live")


def test_withdrawal_and_pause_come_together_or_not_at_all(at_alice: Merchant) -> None:
    video = _live_video(at_alice)
    paper = _consent(video)

    with pytest.raises(RuntimeError, match="lost"), transaction.atomic():
        rights.withdraw(consent=paper, by="ann", because="She asked us to")
        raise RuntimeError("connection lost")

    video.refresh_from_db()
    paper.refresh_from_db()
    assert (video.state, paper.withdrawn) == ("published", None)


def test_a_video_whose_own_place_was_withdrawn_is_made_anew_elsewhere(at_alice: Merchant) -> None:
    product = _product(at_alice)
    place = Image.objects.create(
        merchant=at_alice, product=product, file="products/kitchen.jpg", sha256="2" * 64, width=2000, height=1500,
        role="scene", base_px=[1000, 1000], metres_per_pixel=0.001,
    )  # fmt: skip
    video = services.plan_product(product=product, locales=["en-US"], budget=1, engine="static")[0]
    assert video.variant.spec["shots"][0]["scene"] == f"photo:{'2' * 64}"
    Video.objects.filter(pk=video.pk).update(state=Video.State.PUBLISHED)
    paper = Consent(merchant=at_alice, kind="person", name="Jo", document="mail", begins=date(2026, 1, 1))
    rights.register(consent=paper, scope=Scope(images=[place]), by="ann")

    assert rights.withdraw(consent=paper, by="ann", because="Moved out") == 1
    video.refresh_from_db()
    (new,) = recall.remake(video=video, by="ann")

    assert not new.variant.spec["shots"][0]["scene"].startswith("photo:")


def test_a_changed_parameter_takes_back_what_is_still_being_made(at_alice: Merchant) -> None:
    product = _product(at_alice)
    video = services.plan_product(product=product, locales=["en-US"], budget=1, engine="static")[0]
    Video.objects.filter(pk=video.pk).update(state=Video.State.DRAFTED)

    parameters.write(product=product, name="width", text="8 cm", by="ann")

    video.refresh_from_db()
    cut = services.NewCut(
        format="wide", name="v.mp4", poster="p.jpg", sha256="c" * 64, seconds=6, width=1, height=1, size=1
    )
    services.record_cuts(video=video, cuts=[cut], render_hash="", recipe={})
    video.refresh_from_db()
    assert (video.state, Job.objects.filter(video=video, kind="review").count()) == ("stale", 0)
