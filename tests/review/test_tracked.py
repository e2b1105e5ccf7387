"""The lines over the film: where the audit measured they are what it measured; elsewhere they follow the product."""

import json

import pytest

from accounts.models import Merchant
from review.models import Audit, Finding
from review.tracked import tracked_of
from tests.factories import make_cut, make_video

RULER = {"second": 2.0, "x": 640.0, "y": 500.0, "pixels_per_metre": 400.0}
NEAR = {"second": 2.1, "box": {"x": 540, "y": 480, "width": 200, "height": 100}, "scale": 0.10}
LARGER = {"second": 4.0, "box": {"x": 500, "y": 470, "width": 240, "height": 120}, "scale": 0.12}


def _audit(merchant: Merchant, **observation: object) -> Audit:
    cut = make_cut(make_video(merchant))
    return Audit.objects.create(
        merchant=merchant, cut=cut, sha256=cut.sha256, facts_version="v", state="rejected", observation=observation
    )


def _height(audit: Audit, severity: str, second: float) -> Finding:
    return Finding.objects.create(
        merchant=audit.merchant, audit=audit, rule="effect_height", severity=severity, message="m", allowed=0.5,
        measured=0.9, uncertainty=0.04, second=second,
    )  # fmt: skip


def test_the_ruler_follows_the_product_from_frame_to_frame(at_alice: Merchant) -> None:
    audit = _audit(at_alice, sightings=[NEAR, LARGER], effect={"kind": "Measured", "ruler": RULER})
    problem = _height(audit, "block", 2.0)

    seen = tracked_of(audit, [problem])

    assert seen is not None
    assert (seen.allowed, seen.measured, seen.uncertainty, seen.exceeds, seen.worst) == (0.5, 0.9, 0.04, True, 2.0)
    measured, later = seen.points
    assert (measured.x, measured.y, measured.pixels_per_metre) == pytest.approx((640, 500, 400))
    assert (later.x, later.y, later.pixels_per_metre) == pytest.approx((500 + 100 * 1.2, 470 + 20 * 1.2, 480))
    assert json.loads(seen.track)[1] == [4.0, 620.0, 494.0, 480.0, 500, 470, 240, 120]


def test_without_a_height_only_the_product_is_marked(at_alice: Merchant) -> None:
    audit = _audit(at_alice, sightings=[NEAR], effect={"kind": "CannotMeasure", "reason": "No effect."})
    seen = tracked_of(audit, [])
    assert seen is not None
    assert (seen.allowed, seen.worst, seen.points[0].pixels_per_metre) == (None, 2.1, 0.0)


def test_nothing_is_drawn_where_the_product_was_not_sighted(at_alice: Merchant) -> None:
    assert tracked_of(_audit(at_alice, sightings=[], effect={"kind": "Measured", "ruler": RULER}), []) is None
    assert tracked_of(_audit(at_alice), []) is None
