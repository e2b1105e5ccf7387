"""Pages of webhooks: which addresses are told of what, how that went, and a button that tries it."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import selectors, webhooks
from accounts.models import Webhook

SHOWN = 50
"""Deliveries on the page of a webhook."""


@login_required
def webhook_list(request: HttpRequest) -> HttpResponse:
    """Every address, and the form that adds one."""
    error = ""
    if request.method == "POST":
        try:
            hook = webhooks.add(
                merchant=selectors.merchant_in(request), url=request.POST.get("url", "").strip(),
                events=request.POST.getlist("events"), by=selectors.name_of(request.user),
            )  # fmt: skip
        except webhooks.WebhookError as problem:
            error = str(problem)
        else:
            messages.success(request, "Added. Copy its secret into your receiver, then send a test.")
            return redirect("accounts:webhook_detail", public_id=hook.public_id)
    context = {
        "hooks": Webhook.objects.all(), "events": webhooks.EVENTS, "error": error, "url": request.POST.get("url", ""),
        "chosen": request.POST.getlist("events") if error else list(webhooks.EVENTS),
    }  # fmt: skip
    return render(request, "accounts/webhook_list.html", context, status=422 if error else 200)


@login_required
def webhook_detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One address: its secret, its events, and the log of what it was told."""
    hook = get_object_or_404(Webhook, public_id=public_id)
    told = [(event, words) for event, words in webhooks.EVENTS.items() if event in hook.events]
    context = {"hook": hook, "told": told, "deliveries": hook.deliveries.all()[:SHOWN]}
    return render(request, "accounts/webhook_detail.html", context)


@login_required
@require_POST
def webhook_act(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One of the buttons: `test`, `switch_on` or `remove`."""
    hook, by = get_object_or_404(Webhook, public_id=public_id), selectors.name_of(request.user)
    action = request.POST.get("action", "")
    if action == "remove":
        webhooks.remove(webhook=hook, by=by)
        messages.success(request, "Removed. Nothing is sent there any more.")
        return redirect("accounts:webhook_list")
    if action == "test":
        webhooks.send_test(webhook=hook)
        messages.success(request, "A test is on its way. Reload this page in a moment to see the answer.")
    if action == "switch_on":
        webhooks.switch_on(webhook=hook, by=by)
        messages.success(request, "Switched on again. What was missed meanwhile is not sent later.")
    return redirect("accounts:webhook_detail", public_id=public_id)
