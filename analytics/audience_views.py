"""The page of audiences: visitors of whom the shop says one thing, what they may see, and how many came."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import selectors as accounts_selectors
from accounts.models import AuditLog
from analytics import selectors
from analytics.forms import AudienceForm
from analytics.models import Allocation, Audience, DailyCount


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def audience_list(request: HttpRequest) -> HttpResponse:
    """Every audience, and a form that writes one down."""
    merchant = accounts_selectors.merchant_in(request)
    form = AudienceForm(request.POST or None, merchant=merchant)
    if request.method == "POST" and form.is_valid():
        made = Audience.objects.create(merchant=merchant, **form.cleaned_data)
        _log(request, "add_audience", made)
        messages.success(request, f"Written down. Ask for decisions with “audience”: “{made.tag}”.")
        return redirect("analytics:audiences")
    rows = [{"audience": one, "visitors": _visitors(one)} for one in Audience.objects.filter(merchant=merchant)]
    return render(request, "analytics/audiences.html", {"rows": rows, "form": form})


@login_required
@require_POST
def audience_remove(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Forget an audience: whoever still asks with its tag is told so. What was counted stays."""
    audience = get_object_or_404(Audience, public_id=public_id)
    _log(request, "remove_audience", audience)
    audience.delete()
    messages.info(request, f"“{audience.tag}” is gone. Take it out of the shop's questions, too: they are refused now.")
    return redirect("analytics:audiences")


def _visitors(audience: Audience) -> int:
    """Distinct visitors a day, added up."""
    theirs = Allocation.objects.filter(audience=audience.tag).values("id")
    seen = DailyCount.objects.filter(allocation_id__in=theirs, kind="impression", source__in=selectors.PEOPLE)
    return int(seen.aggregate(total=Sum("visitors"))["total"] or 0)


def _log(request: HttpRequest, action: str, audience: Audience) -> None:
    merchant, actor = accounts_selectors.merchant_in(request), accounts_selectors.name_of(request.user)
    AuditLog.objects.create(merchant=merchant, actor=actor, action=action, subject=str(audience))
