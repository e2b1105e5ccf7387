"""The pages of the arena: a pair to judge, and what the panel found."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import selectors as accounts_selectors
from catalog.models import Product
from generation import services
from review.arena import ballots, drawing, standings
from review.arena.forms import VoteForm
from review.models import Ballot


@login_required
def pair(request: HttpRequest) -> HttpResponse:
    """Two videos of one product, without a word about which is which, and the specification beside them."""
    return _pair_page(request, VoteForm())


@login_required
@require_POST
def seen(request: HttpRequest, side: ballots.Side) -> HttpResponse:
    """The player says that a side was played to its end."""
    if not ballots.watch(ballot=_open(request), side=side):
        return HttpResponse("Too early: this video has not been on long enough.", status=409, content_type="text/plain")
    return HttpResponse(status=204)


@login_required
@require_POST
def vote(request: HttpRequest) -> HttpResponse:
    """The answers, then the next pair."""
    form = VoteForm(request.POST)
    if not form.is_valid():
        return _pair_page(request, form, status=422)
    try:
        ballots.cast(ballot=_open(request), **form.cleaned_data)
    except ballots.NotYet as problem:
        messages.error(request, str(problem))
    return redirect("review:arena")


@login_required
def results(request: HttpRequest) -> HttpResponse:
    """What the panel found for every product, and who of it looks."""
    panel = standings.raters()
    context = {
        "tables": standings.tables(panel), "raters": panel, "enough": standings.ENOUGH,
        "unplanted": drawing.unplanted(),
    }  # fmt: skip
    return render(request, "review/arena_results.html", context)


@login_required
@require_POST
def plant(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Have an exaggerated twin of a product made, for the audit to stop and for raters to recognize."""
    product = get_object_or_404(Product, public_id=public_id)
    try:
        services.start(services.plan_twins(product=product, locale=request.POST.get("locale", product.locale)))
    except services.CannotPlan as problem:
        messages.error(request, str(problem))
    else:
        messages.success(
            request, "Being made. Once the audit has stopped the exaggeration, raters meet it unannounced."
        )
    return redirect("review:arena_results")


def _open(request: HttpRequest) -> Ballot:
    rater = accounts_selectors.name_of(request.user)
    return get_object_or_404(Ballot.objects.select_related("left", "right"), rater=rater, cast__isnull=True)


def _pair_page(request: HttpRequest, form: VoteForm, status: int = 200) -> HttpResponse:
    merchant = accounts_selectors.merchant_in(request)
    ballot = ballots.take(merchant=merchant, rater=accounts_selectors.name_of(request.user))
    if ballot is None:
        return render(request, "review/arena_pair.html", {"ballot": None})
    sides = (
        ("left", "A", ballot.left, ballot.left_seen, reverse("review:arena_seen_left")),
        ("right", "B", ballot.right, ballot.right_seen, reverse("review:arena_seen_right")),
    )
    context = {"ballot": ballot, "sides": sides, "facts": ballot.left.video.variant.facts, "form": form}
    return render(request, "review/arena_pair.html", context, status=status)
