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
    DWELL = "dwell"
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
    """What the kind alone does not say: how far a progress came (3s, then 25, 50, 75, 100 percent), how many seconds a
    shopper stayed with a live stream (10, 30, 60, 180, 600), the reason of a refund."""
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

    A contest is what may be compared: one product, one channel, one market (language) and one frame format. Each
    audience has shares of its own, and those who are held out of ranking have even ones.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="allocations")
    channel = models.CharField(max_length=40, default="shop")
    market = models.CharField(max_length=8)
    format = models.CharField(max_length=10)
    audience = models.CharField(max_length=40, blank=True)
    """Tag of the `Audience` they are for; empty for visitors of whom the shop says nothing."""
    is_holdout = models.BooleanField(default=False)
    shares = models.JSONField()
    """{placement id: share}; the shares sum to 1."""
    experiment = models.ForeignKey("Experiment", on_delete=models.SET_NULL, null=True, related_name="phases")
    """The experiment that fixed these shares: each of its allocations is one phase of it."""
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(shares={}), name="allocation_has_a_variant"),
        ]
        indexes = [
            models.Index(
                fields=["product", "channel", "market", "format", "audience", "is_holdout", "-id"],
                name="newest_shares",
            )
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.product_id} {self.channel} {self.market} {self.format}: {self.reason}"


class Audience(TenantModel):
    """Visitors of whom the shop says one thing, such as `returning`: their shares are learnt apart from the others'."""

    tag = models.CharField(max_length=40)
    """What the shop sends with a question for a decision."""
    name = models.CharField(max_length=80)
    scenarios = models.JSONField(default=list)
    """The only scenarios they may see; empty for all."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "tag"], name="one_audience_per_tag")]
        ordering = ["tag"]

    def __str__(self) -> str:
        return f"{self.tag}: {self.name}"


class Experiment(TenantModel):
    """A comparison with its question written down before the first visitor: arms, metric, lift, guardrails, size.

    The look of every fit may end it: `decided` for one arm, `inconclusive` once a lift worth finding would have been
    found, `stopped` by a guardrail, a broken split, a withdrawn video or a person. All of them are normal endings.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        RUNNING = "running"
        DECIDED = "decided"
        INCONCLUSIVE = "inconclusive"
        STOPPED = "stopped"

    class Metric(models.TextChoices):
        CLICK = "click", "clicks per visitor"
        ADD_TO_CART = "add_to_cart", "add-to-carts per visitor"
        ORDER = "order", "orders per visitor"
        VALUE = "value", "net value per visitor"

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="experiments")
    channel = models.CharField(max_length=40)
    market = models.CharField(max_length=8)
    format = models.CharField(max_length=10)
    name = models.CharField(max_length=120)
    arms = models.JSONField()
    """Placement ids; the first is the control that the others must beat."""
    metric = models.CharField(max_length=12, choices=Metric.choices)
    lift = models.FloatField()
    """The smallest relative lift worth finding, 0.1 for 10 %."""
    guardrails = models.JSONField()
    """Names of `analytics.experiment_looks.GUARDRAILS` that stop it."""
    rate = models.FloatField()
    """The control's rate that the plan assumed."""
    units = models.PositiveBigIntegerField()
    """Visitors an arm after which it ends without a winner."""
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    reason = models.CharField(max_length=300, blank=True)
    winner = models.ForeignKey(Placement, on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.CharField(max_length=150)
    started = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    look = models.JSONField(null=True)
    """What the last look said: `analytics.experiment_records.Look`, encoded."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "channel", "market", "format"],
                condition=Q(state="running"),
                name="one_running_experiment",
            ),
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.state}: {self.name}"


class OrderHook(TenantModel):
    """Where a merchant's shop system sends its orders and refunds, and what both sides sign with."""

    name = models.CharField(max_length=80)
    secret = models.CharField(max_length=80)
    revoked = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class OrderLine(TenantModel):
    """A product of an order and the video its buyer had followed: where the refund of it, days later, belongs."""

    number = models.CharField(max_length=80)
    """The order's number in the merchant's shop system; nothing about the buyer is kept."""
    sku = models.CharField(max_length=120)
    placement = models.ForeignKey(Placement, on_delete=models.CASCADE, related_name="+")
    visitor = models.BigIntegerField()
    allocation_id = models.BigIntegerField(default=0)
    propensity = models.FloatField(default=0)
    value_minor = models.BigIntegerField(default=0)
    occurred = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "number", "sku"], name="one_line_per_order_and_sku")]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.sku} of order {self.number}"


class Report(TenantModel):
    """What a placement report said. One row a product is kept up to date by every fit; a frozen one never changes."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="reports")
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    """SHA-256 of the content: the same counts give the same one."""
    frozen_by = models.CharField(max_length=150, blank=True)
    """Who wanted to keep it; empty for the current one."""
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product"], condition=Q(frozen_by=""), name="one_current_report"),
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"report {self.digest[:8]} of product {self.product_id}"


class Proposal(TenantModel):
    """A change of what planning believes about one choice, waiting for a person: nothing tunes itself silently."""

    class State(models.TextChoices):
        OPEN = "open"
        APPROVED = "approved"
        REJECTED = "rejected"
        EXPIRED = "expired"

    category = models.CharField(max_length=200, blank=True)
    attribute = models.CharField(max_length=40)
    value = models.CharField(max_length=60)
    effect = models.FloatField()
    """Log relative rate with its 90 % interval, as of `updated` while open and as decided afterwards."""
    low = models.FloatField()
    high = models.FloatField()
    before = models.FloatField(null=True)
    """What planning believed until now; null when nothing."""
    impressions = models.PositiveBigIntegerField()
    is_net = models.BooleanField(default=False)
    """Of orders kept, refunds taken off; otherwise of clicks."""
    products = models.PositiveIntegerField()
    videos = models.JSONField()
    """Public ids of the videos it was learnt from."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    decided_by = models.CharField(max_length=150, blank=True)
    decided = models.DateTimeField(null=True)
    because = models.CharField(max_length=200, blank=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "category", "attribute", "value"],
                condition=Q(state="open"),
                name="one_open_proposal",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.state}: {self.attribute}={self.value} {self.effect:+.2f}"
