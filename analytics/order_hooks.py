"""The addresses to which merchants' shop systems send orders, each with a secret of its own.

A message carries `Vitrine-Signature: t=<unix seconds>,v1=<hex>`, signed like the messages we send ourselves
(`accounts.webhooks.signature`). Nobody is signed in when one arrives, so the secret is found across merchants.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import AuditLog, Merchant
from accounts.webhooks import signature
from analytics.models import OrderHook

FRESH = timedelta(minutes=5)
"""A message signed longer ago may be somebody's recording."""
_HEADER = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


@dataclass(frozen=True)
class Hook:
    """Whose orders come here, and the secret they are signed with."""

    merchant_id: int
    secret: str


def add(*, merchant: Merchant, name: str, by: str) -> OrderHook:
    """A new address with a new secret."""
    hook = OrderHook.objects.create(merchant=merchant, name=name, secret=f"in_{secrets.token_urlsafe(32)}")
    AuditLog.objects.create(merchant=merchant, actor=by, action="add_order_hook", subject=name)
    return hook


def revoke(*, hook: OrderHook, by: str) -> bool:
    """Believe nothing that comes there any more; False when that was so before."""
    revoked = OrderHook.objects.filter(pk=hook.pk, revoked__isnull=True).update(revoked=timezone.now())
    if revoked:
        AuditLog.objects.create(merchant_id=hook.merchant_id, actor=by, action="revoke_order_hook", subject=hook.name)
    return bool(revoked)


def find(public_id: UUID) -> Hook | None:
    """The hook at an address; None when it is unknown or revoked. Needs no merchant's context."""
    with connection.cursor() as cursor:
        cursor.execute("select merchant_id, secret from find_order_hook(%s)", [public_id])
        row = cursor.fetchone()
    return Hook(*row) if row else None


def is_signed(hook: Hook, header: str, body: bytes, now: datetime) -> bool:
    """Whether this body was signed with the secret, minutes ago at most."""
    found = _HEADER.fullmatch(header)
    if found is None or abs(now.timestamp() - int(found[1])) > FRESH.total_seconds():
        return False
    return hmac.compare_digest(signature(hook.secret, body, int(found[1])), header)
