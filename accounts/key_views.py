"""The page of API keys: made with scopes, shown once, revoked at once."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import keys, selectors
from accounts.forms import KeyForm
from accounts.models import ApiKey

NEW = "new_key"
"""Where the session keeps a new key until it was shown, once."""


@login_required
def key_list(request: HttpRequest) -> HttpResponse:
    """Every key that was made, and the form for another."""
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        key, token = keys.issue(
            merchant=selectors.merchant_in(request), name=chosen["name"], scopes=chosen["scopes"],
            by=selectors.name_of(request.user), days=chosen["days"] or None,
        )  # fmt: skip
        request.session[NEW] = {"name": key.name, "token": token}
        return redirect("accounts:key_list")
    context = {
        "keys": ApiKey.objects.all(), "scopes": keys.SCOPES, "form": form, "now": timezone.now(),
        "new": request.session.pop(NEW, None), "owns": selectors.owns(request),
    }  # fmt: skip
    return render(request, "accounts/key_list.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def key_revoke(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Make a key worthless, for the program that uses it too."""
    key = get_object_or_404(ApiKey, public_id=public_id)
    keys.revoke(key=key, by=selectors.name_of(request.user))
    messages.success(request, f"The key of {key.name} opens nothing any more.")
    return redirect("accounts:key_list")
