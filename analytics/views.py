"""Report pages: which products have one, the report itself, and its table as CSV."""

import uuid

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify

from analytics.reports import placement_report
from catalog.models import Product
from generation import boards

PER_PAGE = 24


@login_required
def report_list(request: HttpRequest) -> HttpResponse:
    """Products that shoppers see videos of, each leading to its report."""
    page = Paginator(boards.products_with_counts(only_live=True), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "analytics/report_list.html", {"page": page})


@login_required
def report_detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """What shoppers did with each video of a product, and what follows from it."""
    product = get_object_or_404(Product, public_id=public_id)
    context = {"product": product, "report": placement_report(product)}
    return render(request, "analytics/report_detail.html", context)


@login_required
def report_csv(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The same report as a table for spreadsheets."""
    product = get_object_or_404(Product, public_id=public_id)
    response = HttpResponse(placement_report(product).to_csv(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="report-{slugify(product.sku)}.csv"'
    return response
