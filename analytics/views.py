"""Report pages: which products have one, the report itself, and its table as CSV."""

import csv
import uuid

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from catalog.models import Product
from generation import boards

PER_PAGE = 24


@login_required
def report_list(request: HttpRequest) -> HttpResponse:
    """Products that shoppers see videos of, each leading to its report."""
    page = Paginator(boards.products_with_counts().filter(live__gt=0), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "analytics/report_list.html", {"page": page})


@login_required
def report_detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """What shoppers did with each video of a product, and what follows from it."""
    from analytics import reports

    product = get_object_or_404(Product, public_id=public_id)
    return render(
        request, "analytics/report_detail.html", {"product": product, "report": reports.placement_report(product)}
    )
