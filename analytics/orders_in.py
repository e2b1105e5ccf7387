"""Orders and refunds from a merchant's shop system become events of the video that the buyer had followed.

An order names the signed note that its page had, or the visitor id that the shop uses; then the visitor's last click or
add-to-cart of that product within a week decides. A refund belongs where its order belongs. Of the buyer nothing
is kept but the keyed hash that every event has.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from rest_framework import serializers
from rest_framework.exceptions import ParseError

from analytics import decisions, event_store, partitions
from analytics.event_ids import event_id
from analytics.event_store import Row
from analytics.ingest import EARLIEST, LARGEST_VALUE, LATEST_OF_SERVERS, visitor_hash
from analytics.models import Kind, OrderLine, Source
from catalog.models import Product
from catalog.selectors import sold_as
from generation.models import Placement

FOLLOWED_FOR = timedelta(days=7)
"""How long after a click an order is still counted as its consequence."""
_LAST_TOUCH = """
select e.placement_id, e.allocation_id, coalesce(e.propensity, 0)
from analytics_event e
join generation_placement l on l.id = e.placement_id join generation_cut c on c.id = l.cut_id
join generation_video v on v.id = c.video_id join generation_variant a on a.id = v.variant_id
join catalog_product p on p.id = a.product_id
where e.merchant_id = %s and e.visitor = %s and e.kind in ('click', 'add_to_cart') and e.source = 'live'
  and e.day between %s and %s and e.occurred <= %s
  and (p.sku = %s or p.offers @> jsonb_build_array(jsonb_build_object('sku', %s::text)))
order by e.occurred desc limit 1
"""


class BadMessage(ValueError):
    """The body is no order and no refund; the message says what it should be."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of a message: lines stored, lines known before, SKUs that no video can be credited with."""

    accepted: int
    duplicates: int
    unattributed: tuple[str, ...]


@dataclass(frozen=True)
class Touch:
    """The video that a buyer had followed, and how it had been chosen."""

    placement: int
    visitor: int
    allocation: int
    propensity: float


class LineShape(serializers.Serializer[dict[str, Any]]):
    """One product of an order, or what of it came back."""

    sku = serializers.CharField(max_length=120)
    value_minor = serializers.IntegerField(min_value=0, max_value=LARGEST_VALUE, default=0)
    reason = serializers.RegexField(r"^[a-z0-9_]{1,40}$", default="", allow_blank=True)


class MessageShape(serializers.Serializer[dict[str, Any]]):
    """`visitor` or `decision` are needed for an order only."""

    type = serializers.ChoiceField(choices=[Kind.ORDER.value, Kind.REFUND.value])
    order = serializers.CharField(max_length=80)
    at = serializers.DateTimeField()
    visitor = serializers.CharField(min_length=8, max_length=100, default="")
    decision = serializers.CharField(max_length=200, default="")
    lines = LineShape(many=True, allow_empty=False)


def take(merchant_id: int, body: bytes, *, now: datetime) -> Taken:
    """Store a message; sending it again changes nothing. Runs inside the merchant's context. Raises BadMessage."""
    sent = _read(body, now)
    make = _order_line if sent["type"] == Kind.ORDER else _known_line
    found = [(line, make(merchant_id, sent, line)) for line in sent["lines"]]
    rows = [(owned.placement_id, _row(sent, line, owned)) for line, owned in found if owned]
    partitions.open_days_of(row.milliseconds for _, row in rows)
    accepted = event_store.store(merchant_id, rows) if rows else 0
    lost = tuple(line["sku"] for line, owned in found if owned is None)
    return Taken(accepted=accepted, duplicates=len(rows) - accepted, unattributed=lost)


def _read(body: bytes, now: datetime) -> dict[str, Any]:
    try:
        shape = MessageShape(data=json.loads(body))
        shape.is_valid(raise_exception=True)
    except (ValueError, ParseError, RecursionError) as error:
        raise BadMessage(f"The body is not JSON: {error}.") from error
    except serializers.ValidationError as error:
        raise BadMessage(f"The message is not understood: {error.detail}.") from error
    sent: dict[str, Any] = shape.validated_data
    if not now - LATEST_OF_SERVERS <= sent["at"] <= now + EARLIEST:
        raise BadMessage(f"at must lie within the last {LATEST_OF_SERVERS.days} days, not {sent['at']:%F %T}.")
    return sent


def _order_line(merchant_id: int, sent: dict[str, Any], line: dict[str, Any]) -> OrderLine | None:
    """The line as it is kept; the same order again finds the first. None when no video led to it."""
    known = _known_line(merchant_id, sent, line)
    if known is not None:
        return known
    touch = _by_note(sent, line["sku"]) or _by_visitor(merchant_id, sent, line["sku"])
    if touch is None:
        return None
    return OrderLine.objects.create(
        merchant_id=merchant_id, number=sent["order"], sku=line["sku"], placement_id=touch.placement,
        visitor=touch.visitor, allocation_id=touch.allocation, propensity=touch.propensity,
        value_minor=line["value_minor"], occurred=sent["at"],
    )  # fmt: skip


def _known_line(merchant_id: int, sent: dict[str, Any], line: dict[str, Any]) -> OrderLine | None:
    return OrderLine.objects.filter(merchant_id=merchant_id, number=sent["order"], sku=line["sku"]).first()


def _by_note(sent: dict[str, Any], sku: str) -> Touch | None:
    """The decision that came with the order, if it is ours and about this product."""
    note = decisions.read(sent["decision"]) if sent["decision"] else None
    if note is None or note.source != Source.LIVE:
        return None
    sold = Product.objects.filter(sold_as(sku))  # shops order a size or colour by its own SKU
    placement = Placement.objects.filter(public_id=note.placement, cut__video__variant__product__in=sold).first()
    return Touch(placement.pk, note.visitor, note.allocation, note.propensity) if placement else None


def _by_visitor(merchant_id: int, sent: dict[str, Any], sku: str) -> Touch | None:
    """The last video of this product that the visitor had followed."""
    if not sent["visitor"]:
        return None
    visitor, until = visitor_hash(sent["visitor"]), sent["at"]
    days = [(until - FOLLOWED_FOR).date(), until.date()]
    with connection.cursor() as cursor:
        cursor.execute(_LAST_TOUCH, [merchant_id, visitor, *days, until, sku, sku])
        row = cursor.fetchone()
    return Touch(row[0], visitor, row[1], row[2]) if row else None


def _row(sent: dict[str, Any], line: dict[str, Any], owned: OrderLine) -> Row:
    identity = event_id(sent["at"], f"{sent['type']} {owned.merchant_id} {sent['order']} {line['sku']}")
    return Row(
        place=0, event_id=identity.bytes, milliseconds=identity.int >> 80, kind=sent["type"],
        placement=owned.placement.public_id, visitor=owned.visitor, source=Source.LIVE.value,
        allocation=owned.allocation_id, propensity=owned.propensity, detail=line["reason"],
        value_minor=line["value_minor"],
    )  # fmt: skip
