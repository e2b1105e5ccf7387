"""Pages of experiments: all of them, writing one down, and one with its plan, its last look and its end."""

import uuid
from collections.abc import Container

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import selectors as accounts_selectors
from analytics import charts, experiments, selectors, snapshots
from analytics.experiment_looks import GUARDRAILS
from analytics.experiment_records import Look
from analytics.experiments import NotPossible, Plan
from analytics.forms import GUARDS, ExperimentForm
from analytics.models import Allocation, Experiment
from analytics.selectors import Contest
from catalog.models import Product
from generation.models import Placement

PER_PAGE = 24


@login_required
@require_safe
def experiment_list(request: HttpRequest) -> HttpResponse:
    """Every experiment, the newest first."""
    found = Experiment.objects.select_related("product", "winner")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "analytics/experiment_list.html", {"page": page})


@login_required
def experiment_new(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Write one down for a product's videos in one place: `?channel=shop&market=en&format=wide`."""
    product = get_object_or_404(Product, public_id=public_id)
    merchant = accounts_selectors.merchant_in(request)
    contest = _contest(product, request.GET)
    arms = selectors.arms_of(merchant, product=product, live_only=True)
    live = [arm for arm in arms if arm.contest == contest]
    form = ExperimentForm(request.POST or None, live=live)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        plan = Plan(
            name=given["name"], contest=contest, arms=form.placements(), metric=given["metric"],
            lift=given["lift"] / 100, guardrails=given["guardrails"],
        )  # fmt: skip
        try:
            made = experiments.draft(merchant, plan, by=accounts_selectors.name_of(request.user))
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return redirect("analytics:experiment_detail", public_id=made.public_id)
    context = {"product": product, "contest": contest, "form": form, "live": live}
    return render(request, "analytics/experiment_new.html", context)


@login_required
@require_safe
def experiment_detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Question, size, shares, the last look and the end of one experiment."""
    experiment = get_object_or_404(Experiment.objects.select_related("product"), public_id=public_id)
    look: Look | None = snapshots.decode(experiment.look) if experiment.look else None
    placements = Placement.objects.filter(pk__in=experiment.arms).select_related("cut__video__variant")
    by_id = {one.pk: one for one in placements}
    named = {place: selectors.arm_of(one).name for place, one in by_id.items()}
    context = {
        "experiment": experiment,
        "look": look,
        "arms": [_named(by_id[place]) for place in experiment.arms if place in by_id],
        "phases": [
            {"created": phase.created, "parts": [(named[place], share) for place, share in _by_place(phase, named)]}
            for phase in experiment.phases.order_by("id")
        ],
        "days": experiments.days_needed(experiment) if experiment.state == Experiment.State.DRAFT else None,
        "guardrails": [(GUARDS[name], _is_broken(look, name)) for name in experiment.guardrails],
        "guardrails_left_out": [GUARDS[name] for name in GUARDRAILS if name not in experiment.guardrails],
        "chart": charts.lifts_chart(look.arms) if look else "",
    }
    return render(request, "analytics/experiment_detail.html", context)


@login_required
@require_POST
def experiment_act(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Start it, give its videos other shares, or stop it."""
    experiment = get_object_or_404(Experiment, public_id=public_id)
    by = accounts_selectors.name_of(request.user)
    try:
        if request.POST.get("do") == "start":
            experiments.start(experiment, by=by)
            messages.success(request, "It runs: it chooses the video of every visitor who is not held out of ranking.")
        elif request.POST.get("do") == "shares":
            experiments.change_shares(experiment, _shares(request.POST, experiment), by=by)
            messages.success(request, "A new phase has begun. What earlier phases showed still counts.")
        elif request.POST.get("do") == "stop":
            experiments.stop(experiment, by=by, reason=request.POST.get("reason", "").strip()[:200])
            messages.info(request, "Stopped. What it found stays here; ranking sets the shares again.")
    except NotPossible as error:
        messages.error(request, str(error))
    return redirect("analytics:experiment_detail", public_id=public_id)


def _contest(product: Product, asked: QueryDict) -> Contest:
    return Contest(
        product_id=product.pk, channel=asked.get("channel", "shop"), market=asked.get("market", "en"),
        format=asked.get("format", "wide"),
    )  # fmt: skip


def _named(placement: Placement) -> dict[str, object]:
    video = placement.cut.video
    arm = selectors.arm_of(placement).name
    return {"pk": placement.pk, "name": arm, "video": video.public_id, "locale": video.variant.locale}


def _by_place(phase: Allocation, known: Container[int]) -> list[tuple[int, float]]:
    return [(int(place), share) for place, share in phase.shares.items() if int(place) in known]


def _is_broken(look: Look | None, guardrail: str) -> bool:
    return look is not None and any(alarm.guardrail == guardrail for alarm in look.alarms)


def _shares(sent: QueryDict, experiment: Experiment) -> dict[int, float]:
    """Percentages of the form as shares. Raises NotPossible for what is no number."""
    try:
        return {place: float(sent.get(f"share-{place}", "")) / 100 for place in experiment.arms}
    except ValueError:
        raise NotPossible("Write a percentage beside every video.") from None
