"""Pages of the platform's operators, and the rules that merchants read too."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import operators
from accounts.models import Merchant
from review import selectors, watching
from review.models import Takedown
from review.oversight import cases, queue
from review.oversight import rules as rule_book
from review.oversight.forms import RulingForm, TakedownForm


@operators.operators_only
def live(request: HttpRequest) -> HttpResponse:
    """What shoppers can see anywhere, the riskiest first, and the appeals that wait."""
    rows = queue.live_videos()
    context = {"rows": rows, "appeals": queue.open_appeals(), "shops": len({row.merchant for row in rows})}
    return render(request, "review/platform_queue.html", context | {"rules": rule_book.current(), "most": queue.MOST})


@operators.operators_only
def case(request: HttpRequest, merchant: uuid.UUID, video: uuid.UUID) -> HttpResponse:
    """One video of one shop: what was measured, and the operator's decision."""
    with operators.visiting(merchant) as shop:
        return _case_page(request, shop, video, TakedownForm())


@operators.operators_only
@require_POST
def take_down(request: HttpRequest, merchant: uuid.UUID, video: uuid.UUID) -> HttpResponse:
    """Stop a video at once, with a rule and a reason."""
    form = TakedownForm(request.POST)
    with operators.visiting(merchant) as shop:
        if not form.is_valid():
            return _case_page(request, shop, video, form, status=422)
        row = get_object_or_404(watching.videos(), public_id=video)
        try:
            cases.take_down(video=row, operator=operators.operator_of(request), **form.cleaned_data)
        except cases.CaseError as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, "Taken down. Nobody is shown it any more, and the shop reads your reason.")
    return redirect("review:platform_case", merchant=merchant, video=video)


@operators.operators_only
@require_POST
def decide(request: HttpRequest, merchant: uuid.UUID, takedown: uuid.UUID) -> HttpResponse:
    """Another operator's word on an appeal."""
    form = RulingForm(request.POST)
    with operators.visiting(merchant):
        row = get_object_or_404(Takedown.objects.select_related("video"), public_id=takedown)
        try:
            if not form.is_valid():
                raise cases.CaseError("Decide whether the takedown stands, and say why: the merchant reads it.")
            cases.decide(takedown=row, operator=operators.operator_of(request), **form.cleaned_data)
        except cases.CaseError as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, "Decided. The shop reads it now.")
        return redirect("review:platform_case", merchant=merchant, video=row.video.public_id)


@login_required
def rules(request: HttpRequest) -> HttpResponse:
    """The platform's rules, for operators and merchants alike."""
    return render(request, "review/platform_rules.html", {"rules": rule_book.current()})


def _case_page(request: HttpRequest, shop: Merchant, video: uuid.UUID, form: Form, status: int = 200) -> HttpResponse:
    row = get_object_or_404(watching.videos(), public_id=video)
    cut = watching.cut_to_show(row, request.GET.get("format"))
    context = {
        "shop": shop, "video": row, "cut": cut, "signed": selectors.signed_file(cut) if cut else None, "form": form,
        "page": watching.page_of(row, cut), "cases": cases.cases_of(row), "rules": rule_book.current(),
        "facts": row.variant.facts,
    }  # fmt: skip
    return render(request, "review/platform_case.html", context, status=status)
