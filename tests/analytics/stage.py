"""What the analytics tests stand on: approved files placed in a shop, and events about them."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from django.test import Client

from accounts.models import Merchant
from analytics import decisions, event_ids, event_store
from catalog.models import Product
from generation.models import Approval, Cut, Placement, Variant, Video
from tests.factories import make_signed

_number = count(1)


def make_product(merchant: Merchant, sku: str = "PUMP-1", **changes: Any) -> Product:
    values = {"title": "Solar fountain pump", "category": "garden", "price_minor": 3999, "currency": "USD"}
    return Product.objects.create(merchant=merchant, sku=sku, **{**values, **changes})


def place(product: Product, scenario: str = "family", *, frame: str = "wide", **changes: Any) -> Placement:
    """A variant, its video, one file of it, approved and live in the shop."""
    number = next(_number)
    cell = {"scenario": scenario, "locale": "en-US", "hook": "benefit", "cast": "none", **changes}
    owner = {"merchant_id": product.merchant_id}
    variant = Variant.objects.create(
        **owner, product=product, spec={}, spec_hash=f"{number:064x}", facts={}, facts_version="1", **cell
    )
    video = Video.objects.create(**owner, variant=variant, state=Video.State.PUBLISHED)
    cut = Cut.objects.create(
        **owner, video=video, format=frame, file=f"videos/{number}.mp4", sha256=f"{number:064x}", seconds=6,
        width=1280, height=720, size=1,
    )  # fmt: skip
    Approval.objects.create(**owner, cut=cut, sha256=cut.sha256, facts_version="1", approver="Ada")
    return Placement.objects.create(**owner, cut=cut, sha256=make_signed(cut).sha256)


def note(placement: Placement, visitor: int = 7, *, allocation: int = 1, source: str = "live") -> str:
    return decisions.sign(
        decisions.Decision(
            placement=placement.public_id, visitor=visitor, allocation=allocation, propensity=0.5, source=source
        )
    )


def event(
    placement: Placement, kind: str = "impression", *, name: str = "", ago: timedelta = timedelta(), **more: Any
) -> dict[str, Any]:
    """An event with a signed note; `name` makes its id repeatable."""
    occurred = datetime.now(UTC) - ago
    visitor = more.pop("visitor", 7)
    source = more.pop("source", "live")
    identity: UUID = event_ids.event_id(occurred, name or str(next(_number)))
    return {"id": str(identity), "kind": kind, "decision": note(placement, visitor, source=source), **more}


def post(client: Client, *events: dict[str, Any], path: str = "/api/v1/events", **headers: str) -> Any:
    """The batch as a shop's script would send it."""
    agent = {"User-Agent": "Mozilla/5.0", **headers}
    return client.post(path, json.dumps({"events": events}), content_type="text/plain", headers=agent)


def row(
    placement: Placement, kind: str, visitor: int, *, ago: timedelta = timedelta(), **more: Any
) -> tuple[int, event_store.Row]:
    """An event as the store takes it, for tests that need thousands."""
    identity = event_ids.event_id(datetime.now(UTC) - ago, str(next(_number)))
    values = {"source": "live", "allocation": 0, "propensity": 0.5, "detail": "", "value_minor": 0, **more}
    return placement.pk, event_store.Row(
        place=0, event_id=identity.bytes, milliseconds=identity.int >> 80, kind=kind, placement=placement.public_id,
        visitor=visitor, **values,
    )  # fmt: skip


def store(merchant: Merchant, rows: list[tuple[int, event_store.Row]]) -> int:
    """Keep them; returns how many were new."""
    return event_store.store(merchant.pk, rows)
