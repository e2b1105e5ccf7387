"""One story with every real part: listing, plan, videos, audit, approval, placement, ranking."""

from typing import Any

import pytest

from accounts import tenancy
from accounts.models import Merchant
from analytics import reports
from analytics import services as analytics_services
from catalog import services as catalog_services
from catalog.models import Evidence, Product
from generation import jobs, services
from generation.models import Job, Placement, Video
from review import selectors as review_selectors
from review import services as review_services

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """This test is the worker: tickets have nobody to call."""
    monkeypatch.setattr(jobs, "ring", lambda queue: None)


def work() -> None:
    while any(jobs.run_next(queue, "test") for queue in jobs.QUEUES.values()):
        pass


def test_a_listing_becomes_a_ranked_truthful_video(alice: Merchant, no_broker: None, settings: Any) -> None:
    with tenancy.merchant_context(alice.pk):
        catalog_services.load_demo(merchant=alice)
        pump = Product.objects.order_by("id").get(effect_kind="jet")
        honest, exaggerated = services.plan_twins(product=pump)
        services.start([honest, exaggerated])
    work()
    with tenancy.merchant_context(alice.pk):
        dead = {job.kind: job.error for job in Job.objects.filter(state=Job.State.DEAD)}
        assert dead == {}
        honest = Video.objects.get(pk=honest.pk)
        exaggerated.refresh_from_db()
        assert exaggerated.state == Video.State.REJECTED
        assert honest.state == Video.State.REVIEWING
        assert len(honest.render_hash) == 64
        assert len(honest.variant.meaning) == 384
        assert honest.render_hash != exaggerated.render_hash
        _the_audit_shows_what_it_measured(exaggerated)
        assert Evidence.objects.filter(kind="audit", parameter="spray_height", stance="contradicts").exists()
        review_services.approve(video=honest, approver="alice", reason="as in the photo")
        with pytest.raises(review_services.NotApprovable):
            review_services.approve(video=honest, approver="alice", reason="a second click")
        placements = services.publish(video=honest, by="alice")
        assert sorted(row.cut.format for row in placements) == ["tall", "wide"]
        assert Placement.objects.count() == 2
        analytics_services.learn(alice)
        assert reports.placement_report(pump).verdict.sentence


def _the_audit_shows_what_it_measured(video: Video) -> None:
    """In at least one cut the whole effect is in the frame: measured above the cap, with a picture that shows it."""
    heights = [
        row
        for cut in video.cuts.all()
        if (audit := review_selectors.audit_of(cut))
        for row in audit.findings.all()
        if row.rule == "effect_height" and row.severity == "block"
    ]
    assert heights
    assert all(row.image and row.measured > row.allowed == pytest.approx(0.495) for row in heights)
