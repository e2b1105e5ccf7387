"""Report pages: which products have one, the report as it was last written, frozen ones, and what planning learns."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from accounts import selectors as accounts_selectors
from analytics import proposals, selectors, services, snapshots
from analytics.models import Experiment, Proposal, Report
from analytics.report_csv import table_of
from catalog.models import Product

PER_PAGE = 24


@login_required
def report_list(request: HttpRequest) -> HttpResponse:
    """Products that shoppers see videos of, each leading to its report."""
    page = Paginator(selectors.products_with_verdict(), PER_PAGE).get_page(request.GET.get("page"))
    waiting = Proposal.objects.filter(state=Proposal.State.OPEN).count()
    return render(request, "analytics/report_list.html", {"page": page, "waiting": waiting})


@login_required
@require_safe
def report_detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """What shoppers did with each video of a product, and what follows from it, as of the last fit."""
    product = get_object_or_404(Product, public_id=public_id)
    current = Report.objects.filter(product=product, frozen_by="").first()
    kept = Report.objects.filter(product=product).exclude(frozen_by="")
    tried = Experiment.objects.filter(product=product)[:10]
    return _page(request, product, current, {"kept": kept, "experiments": tried})


@login_required
@require_safe
def report_frozen(request: HttpRequest, public_id: uuid.UUID, frozen: uuid.UUID) -> HttpResponse:
    """A report that somebody kept, exactly as it was."""
    product = get_object_or_404(Product, public_id=public_id)
    report = get_object_or_404(Report.objects.exclude(frozen_by=""), product=product, public_id=frozen)
    return _page(request, product, report, {"frozen": report})


@login_required
@require_POST
def report_freeze(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Keep the current report under an address of its own."""
    product = get_object_or_404(Product, public_id=public_id)
    report = services.freeze_report(product, by=accounts_selectors.name_of(request.user))
    if report is None:
        messages.info(request, "There is no report yet: the first shoppers have to see a video.")
        return redirect("analytics:report_detail", public_id=public_id)
    messages.success(request, "Kept. This address will always show exactly this report.")
    return redirect("analytics:report_frozen", public_id=public_id, frozen=report.public_id)


@login_required
@require_safe
def report_csv(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The current report, or with `?frozen=` a kept one, as a table for spreadsheets."""
    report = _asked(request, public_id)
    response = HttpResponse(table_of(snapshots.decode(report.content)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="report-{slugify(report.product.sku)}.csv"'
    return response


@login_required
@require_safe
def report_json(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The same for programs, with the digest that identifies what it says."""
    report = _asked(request, public_id)
    return JsonResponse({"digest": report.digest, "written": report.updated, "report": report.content})


@login_required
@require_safe
def learning_list(request: HttpRequest) -> HttpResponse:
    """What planning would believe from now on, waiting for a person, and what was decided before."""
    waiting = Proposal.objects.filter(state=Proposal.State.OPEN).order_by("-category", "attribute", "-effect")
    decided = Proposal.objects.exclude(state=Proposal.State.OPEN).order_by("-decided")[:30]
    return render(request, "analytics/learning.html", {"waiting": waiting, "decided": decided})


@login_required
@require_POST
def learning_decide(request: HttpRequest) -> HttpResponse:
    """Approve or reject the ticked proposals."""
    ticked = [one for one in request.POST.getlist("proposal") if one.isdigit()]
    chosen, by = Proposal.objects.filter(pk__in=ticked), accounts_selectors.name_of(request.user)
    merchant = accounts_selectors.merchant_in(request)
    if request.POST.get("decision") == "approve":
        count = proposals.approve(merchant, chosen, by=by)
        messages.success(request, f"The next plan follows {count} of these choices.")
    elif request.POST.get("decision") == "reject":
        count = proposals.reject(merchant, chosen, by=by)
        messages.success(request, f"{count} rejected: the plan stays as it was.")
    return redirect("analytics:learning")


def _asked(request: HttpRequest, public_id: uuid.UUID) -> Report:
    reports = Report.objects.filter(product__public_id=public_id).select_related("product")
    frozen = request.GET.get("frozen")
    return get_object_or_404(
        reports.exclude(frozen_by="").filter(digest=frozen) if frozen else reports.filter(frozen_by="")
    )


def _page(request: HttpRequest, product: Product, report: Report | None, more: dict[str, object]) -> HttpResponse:
    said = snapshots.decode(report.content) if report else None
    context = {"product": product, "stored": report, "report": said, **more}
    return render(request, "analytics/report_detail.html", context)
