"""Who: merchants and the people who work for them."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class Merchant(models.Model):
    """A tenant. Everything else in the product belongs to exactly one."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class TenantModel(models.Model):
    """Base of every tenant table: its merchant (enforced by row-level security) and an id for the outside."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="+")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class Membership(TenantModel):
    """A user's seat in a merchant's team."""

    class Role(models.TextChoices):
        OWNER = "owner"
        EDITOR = "editor"
        REVIEWER = "reviewer"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.OWNER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "user"], name="one_seat_per_user")]

    def __str__(self) -> str:
        return f"{self.user} at {self.merchant}"


class Invitation(TenantModel):
    """A seat kept free for somebody who is not in the team yet; see `accounts.seats`."""

    email = models.CharField(max_length=254)
    role = models.CharField(max_length=10, choices=Membership.Role.choices)
    by = models.CharField(max_length=150)
    expires = models.DateTimeField()
    accepted = models.DateTimeField(null=True, blank=True)
    withdrawn = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"


class AuditLog(TenantModel):
    """Append-only record of who decided what; the database refuses updates and deletes."""

    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.subject}"


class ApiKey(TenantModel):
    """A key for programs of the merchant. Only the digest of its secret is kept."""

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    expires = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"


class Webhook(TenantModel):
    """An address of the merchant that is told what happened here; see `accounts.webhooks`."""

    url = models.URLField(max_length=1000)
    secret = models.CharField(max_length=80)
    """What both sides sign with. Kept readable, because signing needs it; it opens nothing here."""
    events = models.JSONField(default=list)
    failures = models.PositiveIntegerField(default=0)
    """Attempts in a row that failed."""
    disabled = models.DateTimeField(null=True, blank=True)
    disabled_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "url"], name="one_webhook_per_address")]
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.url


class Delivery(TenantModel):
    """One event on its way to one webhook. The row is the truth; tasks only ring."""

    class State(models.TextChoices):
        PENDING = "pending"
        DELIVERED = "delivered"
        FAILED = "failed"

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=40)
    body = models.TextField()
    """The very bytes that are sent and signed, each time again."""
    state = models.CharField(max_length=9, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(default=timezone.now)
    """Not before; while somebody sends it, when another may."""
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.CharField(max_length=500, blank=True)
    """What the receiver said last, or why it was not reached."""
    milliseconds = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["next_try"], condition=models.Q(state="pending"), name="delivery_due")]
        ordering = ["-id"]
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"{self.event} to {self.webhook_id} ({self.state})"
