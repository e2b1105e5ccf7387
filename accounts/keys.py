"""API keys: 256 random bits, kept as a SHA-256 digest, found by a short public prefix, limited to scopes."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.models import ApiKey, AuditLog, Merchant

MARK = "vt"
"""First part of every key, so that a leaked one is recognised by scanners and by people."""
SCOPES = {
    "catalog:read": "Read products and imports",
    "catalog:write": "Upload files, correct parameters",
    "videos:read": "Read videos, files and audits",
    "videos:write": "Plan and make videos",
    "review:write": "Approve and reject videos",
    "webhooks:write": "Manage webhooks and read their log",
    "reports:read": "Read reports, experiments and what shoppers preferred",
    "reports:write": "Run experiments, send shoppers' events from a server",
}
USED_EVERY = timedelta(minutes=10)
"""How exactly `last_used` is kept: a busy key must not write a row for every request."""


@dataclass(frozen=True)
class Holder:
    """Who a valid key speaks for."""

    key_id: int
    merchant_id: int
    name: str
    scopes: frozenset[str]


def issue(
    *, merchant: Merchant, name: str, scopes: Sequence[str], by: str, days: int | None = 365
) -> tuple[ApiKey, str]:
    """A new key and its token, which is shown once and kept nowhere. Raises ValueError for an unknown scope."""
    unknown = set(scopes) - set(SCOPES)
    if unknown or not scopes:
        raise ValueError(f"Choose scopes out of {', '.join(SCOPES)}; not {', '.join(sorted(unknown)) or 'none'}.")
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        merchant=merchant, name=name, prefix=prefix, digest=_digest(secret), scopes=sorted(scopes),
        expires=timezone.now() + timedelta(days=days) if days else None,
    )  # fmt: skip
    AuditLog.objects.create(merchant=merchant, actor=by, action="issue_key", subject=f"{name} ({prefix})")
    return key, f"{MARK}_{prefix}_{secret}"


def revoke(*, key: ApiKey, by: str) -> bool:
    """Make a key worthless at once; False when it was before."""
    revoked = ApiKey.objects.filter(pk=key.pk, revoked__isnull=True).update(revoked=timezone.now())
    if revoked:
        AuditLog.objects.create(
            merchant_id=key.merchant_id, actor=by, action="revoke_key", subject=f"{key.name} ({key.prefix})"
        )
    return bool(revoked)


def holder(token: str) -> Holder | None:
    """Who a token speaks for; None when it is malformed, unknown, expired or revoked. Needs no merchant's context."""
    mark, _, rest = token.partition("_")
    prefix, _, secret = rest.partition("_")
    if mark != MARK or not prefix or not secret:
        return None
    with connection.cursor() as cursor:
        cursor.execute("select id, merchant_id, name, digest, scopes from find_api_key(%s)", [prefix])
        row = cursor.fetchone()
    if row is None or not hmac.compare_digest(row[3], _digest(secret)):
        return None
    return Holder(key_id=row[0], merchant_id=row[1], name=row[2], scopes=frozenset(row[4].split()))


def note_use(found: Holder) -> None:
    """Remember roughly when a key was last used; runs in the merchant's context."""
    now = timezone.now()
    stale = ApiKey.objects.filter(pk=found.key_id).exclude(last_used__gt=now - USED_EVERY)
    stale.update(last_used=now)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
