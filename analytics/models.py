"""Who saw what, and what they did: raw events, their daily counts, and the shares by which variants were shown."""

from django.db import models
from django.db.models import Q

from accounts.models import Merchant, TenantModel
from catalog.models import Product
from generation.models import Placement


class Kind(models.TextChoices):
    """What a shopper did."""

    IMPRESSION = "impression"
    PLAY = "play"
    PROGRESS = "progress"
    CLICK = "click"
    ADD_TO_CART = "add_to_cart"
    ORDER = "order"
    REFUND = "refund"


class Source(models.TextChoices):
    """Who the shopper was: a person, one of our seeded simulated shoppers, or a crawler."""

    LIVE = "live"
    SIMULATED = "simulated"
    BOT = "bot"


class Event(models.Model):
    """Append-only fact, in one partition a day. The table is made by SQL: see migration 0002.

    `event_id` is a UUID of version 7 whose time is the event's own time, so `day` follows from it and the
    primary key makes any replay harmless. `received` is when we stored it.
    """

    pk = models.CompositePrimaryKey("day", "merchant_id", "event_id")
    day = models.DateField()
    event_id = models.UUIDField()
    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    placement = models.ForeignKey(Placement, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    detail = models.CharField(max_length=40, blank=True)
    """What the kind alone does not say: the quartile of a progress (25, 50, 75, 100), the reason of a refund."""
    source = models.CharField(max_length=9, choices=Source.choices)
    visitor = models.BigIntegerField()
    """Keyed hash; the visitor's own id is never stored."""
    allocation_id = models.BigIntegerField(default=0)
    """The `Allocation` that chose the variant; 0 when somebody else chose (a feed, a fixed page)."""
    propensity = models.FloatField(null=True)
    """Probability with which that allocation chose this variant."""
    value_minor = models.BigIntegerField(default=0)
    occurred = models.DateTimeField()
    received = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "analytics_event"

    def __str__(self) -> str:
        return f"{self.kind} of placement {self.placement_id}"


class DailyCount(TenantModel):
    """Events of one day counted; every report reads these and never the events."""

    day = models.DateField()
    placement = models.ForeignKey(Placement, on_delete=models.CASCADE, related_name="daily_counts")
    allocation_id = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    detail = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=9, choices=Source.choices)
    n = models.PositiveBigIntegerField()
    visitors = models.PositiveBigIntegerField()
    value_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "placement", "allocation_id", "kind", "detail", "source"], name="one_count_per_cell"
            )
        ]
        ordering = ["day", "id"]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} of placement {self.placement_id}: {self.n}"


class RollupMark(TenantModel):
    """How far a merchant's events have been counted: all that was received before `upto`."""

    upto = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant"], name="one_rollup_mark_per_merchant")]

    def __str__(self) -> str:
        return f"counted up to {self.upto:%F %T}"


class Allocation(TenantModel):
    """Append-only: the share of visitors each variant of one contest gets, from `created` to the next row.

    A contest is what may be compared: one product, one channel, one market (language) and one frame format.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="allocations")
    channel = models.CharField(max_length=40, default="shop")
    market = models.CharField(max_length=8)
    format = models.CharField(max_length=4)
    shares = models.JSONField()
    """{placement id: share}; the shares sum to 1."""
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(shares={}), name="allocation_has_a_variant"),
        ]
        indexes = [models.Index(fields=["product", "channel", "market", "format", "-id"], name="newest_allocation")]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.product_id} {self.channel} {self.market} {self.format}: {self.reason}"
