"""Telling the merchant's own systems what happened: signed, logged, tried again, switched off when nobody listens.

Each delivery is a POST of JSON with the header `Vitrine-Signature: t=<unix seconds>,v1=<hex>`, where v1 is the
HMAC-SHA256 of `<t>.<body>` under the webhook's secret. A receiver compares in constant time, refuses a `t` that is
minutes old, answers 2xx quickly and drops an `id` it has seen: a delivery may arrive twice.
"""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts import outbound, tenancy
from accounts.models import AuditLog, Delivery, Merchant, Webhook
from accounts.outbound import Answer, OutboundError, Sender

EVENTS = {
    "import.finished": "An uploaded file was stored, or could not be",
    "video.approved": "A person said yes to a video",
    "video.rejected": "The audit or a person said no",
    "video.stale": "A video was paused: what it was built on changed or ended",
    "video.withdrawn": "A person took back the approval of a video",
    "video.taken_down": "The platform took a video down",
    "product.facts_changed": "What is true about products changed",
}
TEST = "test"
"""The event that the button sends; every webhook gets it."""
PAUSES = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200, 21600, 43200))
"""Before each further try; after the last one a delivery has failed. About a day in all."""
LEASE = timedelta(seconds=60)
"""How long a process has for one try before another may take it."""
PATIENCE = 20
"""Failed tries in a row after which a webhook is switched off."""
GONE = 410
KEPT = timedelta(days=30)
"""How long the log goes back."""


class WebhookError(ValueError):
    """A webhook that cannot be kept like this; the message says what to write instead."""


def sender() -> Sender:
    """The way out. Addresses of this machine are opened only where the settings say so (tests, development)."""
    return Sender(may_loop=settings.WEBHOOK_LOOPBACK)


@transaction.atomic
def add(*, merchant: Merchant, url: str, events: Sequence[str], by: str) -> Webhook:
    """Keep an address that is told of these events. Raises WebhookError."""
    unknown = set(events) - set(EVENTS)
    if unknown or not events:
        raise WebhookError(f"Choose events out of {', '.join(EVENTS)}.")
    _judge(url)
    try:
        with transaction.atomic():
            hook = Webhook.objects.create(merchant=merchant, url=url, events=sorted(set(events)), secret=_new_secret())
    except IntegrityError as error:
        raise WebhookError(f"{url} is told already: change its events, or remove it first.") from error
    _log(hook, by, "add_webhook")
    return hook


@transaction.atomic
def remove(*, webhook: Webhook, by: str) -> None:
    """Forget an address with its log."""
    _log(webhook, by, "remove_webhook")
    webhook.delete()


@transaction.atomic
def switch_on(*, webhook: Webhook, by: str) -> None:
    """Tell an address again after it was switched off. What was missed meanwhile stays missed."""
    Webhook.objects.filter(pk=webhook.pk).update(disabled=None, disabled_because="", failures=0)
    _log(webhook, by, "switch_webhook_on")


def wanted(merchant_id: int, event: str) -> bool:
    """Whether anybody listens, so that nobody gathers what nobody hears."""
    return bool(_listening(merchant_id, event).exists())


def announce(*, merchant_id: int, event: str, data: Mapping[str, Any]) -> int:
    """Have every webhook that asked for an event told, once the open transaction has ended well; how many there are."""
    hooks = list(_listening(merchant_id, event))
    for hook in hooks:
        _enqueue(hook, event, data)
    return len(hooks)


def send_test(*, webhook: Webhook) -> Delivery:
    """Have one webhook told something harmless, whatever it asked for."""
    return _enqueue(webhook, TEST, {"message": "It works: this is how Vitrine tells you what happened."})


def signature(secret: str, body: bytes, moment: int) -> str:
    """The value of `Vitrine-Signature`."""
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def deliver(*, merchant_id: int, delivery_id: int, way: Sender | None = None) -> bool:
    """Try one delivery, if it is due and nobody else does; True when the receiver took it."""
    now = timezone.now()
    with tenancy.merchant_context(merchant_id):
        mine = Delivery.objects.filter(pk=delivery_id, state=Delivery.State.PENDING, next_try__lte=now)
        if not mine.update(next_try=now + LEASE, attempts=F("attempts") + 1):
            return False
        delivery = Delivery.objects.select_related("webhook").get(pk=delivery_id)
    try:
        answer = _post(delivery, way or sender())
    except OutboundError as error:
        answer = Answer(status=0, text=str(error), milliseconds=0)
    with tenancy.merchant_context(merchant_id):
        return _record(delivery, answer)


def sweep() -> int:
    """Ring for every delivery that is due (a lost ticket, a pause that is over), forget old ones; how many are due."""
    found = due()
    for merchant_id, delivery_id in found:
        _ring(merchant_id, delivery_id)
    with connection.cursor() as cursor:
        cursor.execute("select forget_deliveries(%s)", [timezone.now() - KEPT])
    return len(found)


def due() -> list[tuple[int, int]]:
    """Merchant and key of deliveries that wait for a try, of every merchant, longest waiting first."""
    with connection.cursor() as cursor:
        cursor.execute("select merchant_id, delivery_id from due_deliveries(500)")
        return [(int(merchant_id), int(delivery_id)) for merchant_id, delivery_id in cursor.fetchall()]


def _listening(merchant_id: int, event: str) -> Any:
    return Webhook.objects.filter(merchant_id=merchant_id, disabled__isnull=True, events__contains=[event])


def _enqueue(hook: Webhook, event: str, data: Mapping[str, Any]) -> Delivery:
    delivery = Delivery(merchant_id=hook.merchant_id, webhook=hook, event=event)
    said = {"id": str(delivery.public_id), "event": event, "created": timezone.now().isoformat(), "data": data}
    delivery.body = json.dumps(said, separators=(",", ":"), ensure_ascii=False)
    delivery.save()
    # No partial: Django's report of a robust hook that failed asks for a function's name.
    transaction.on_commit(lambda: _ring(hook.merchant_id, delivery.pk), robust=True)
    return delivery


def _ring(merchant_id: int, delivery_id: int) -> None:
    """By name, because tasks stand above; the ticket may get lost, the sweep rings again."""
    current_app.send_task("accounts.tasks.deliver", args=[merchant_id, delivery_id], expires=600)


def _post(delivery: Delivery, way: Sender) -> Answer:
    body = delivery.body.encode()
    return way.post(
        delivery.webhook.url,
        body,
        {
            "Content-Type": "application/json",
            "Vitrine-Event": delivery.event,
            "Vitrine-Delivery": str(delivery.public_id),
            "Vitrine-Signature": signature(delivery.webhook.secret, body, int(time.time())),
        },
    )


def _record(delivery: Delivery, answer: Answer) -> bool:
    """Write down how a try ended: delivered, again later, or failed for good."""
    is_taken = 200 <= answer.status < 300
    is_last = delivery.attempts > len(PAUSES) or answer.status == GONE
    state = Delivery.State.DELIVERED if is_taken else Delivery.State.FAILED if is_last else Delivery.State.PENDING
    pause = timedelta() if is_taken or is_last else PAUSES[delivery.attempts - 1]
    Delivery.objects.filter(pk=delivery.pk).update(
        state=state,
        status=answer.status or None,
        answer=answer.text.replace("\0", "")[:500],
        milliseconds=answer.milliseconds,
        next_try=timezone.now() + pause,
    )
    hooks = Webhook.objects.filter(pk=delivery.webhook_id)
    hooks.update(failures=0 if is_taken else F("failures") + 1)
    if not is_taken:
        _switch_off(hooks, answer)
    return is_taken


def _switch_off(hooks: Any, answer: Answer) -> None:
    """Stop telling an address that is gone, or that failed too often in a row."""
    hook = hooks.filter(disabled__isnull=True).first()
    if hook is None or (answer.status != GONE and hook.failures < PATIENCE):
        return
    why = "It answered 410 Gone." if answer.status == GONE else f"{hook.failures} tries in a row failed."
    hooks.update(disabled=timezone.now(), disabled_because=f"{why} Last: {answer.text or answer.status}"[:300])
    Delivery.objects.filter(webhook=hook, state=Delivery.State.PENDING).update(state=Delivery.State.FAILED)
    _log(hook, "webhooks", "switch_webhook_off", why)


def _judge(url: str) -> None:
    try:
        asked = outbound.checked(url, may_loop=settings.WEBHOOK_LOOPBACK)
    except OutboundError as error:
        raise WebhookError(str(error)) from error
    if asked.scheme != "https" and not settings.WEBHOOK_LOOPBACK:
        raise WebhookError("Events travel encrypted only. Use an address that begins with https://.")


def _new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(32)}"


def _log(hook: Webhook, by: str, action: str, reason: str = "") -> None:
    AuditLog.objects.create(
        merchant_id=hook.merchant_id, actor=by, action=action, subject=hook.url[:200], reason=reason
    )
