"""Pages about products and their videos: the list, the product's own page, and the button that makes videos."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import selectors as accounts_selectors
from catalog.models import Product
from catalog.truth import truth_card
from generation import boards, services
from generation.models import Video

PER_PAGE = 24
STOP_POLLING = 286
"""The status at which htmx ends its polling."""


@login_required
def product_list(request: HttpRequest) -> HttpResponse:
    """Every product with its photo and how its videos stand; `?q=` searches title, brand and SKU."""
    query = request.GET.get("q", "").strip()
    products = boards.products_with_counts()
    if query:
        products = products.filter(boards.matching(query))
    page = Paginator(products, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "generation/product_list.html", {"page": page, "query": query})


@login_required
def product_detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The truth card of a product and the board of its videos."""
    product = get_object_or_404(Product, public_id=public_id)
    context = {"product": product, "card": truth_card(product), "board": boards.board_of(product)}
    return render(request, "generation/product_detail.html", context)


@login_required
def product_board(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The board alone, asked again every few seconds while something on it is being made."""
    product = get_object_or_404(Product, public_id=public_id)
    board = boards.board_of(product)
    status = 200 if board.is_moving else STOP_POLLING
    return render(request, "generation/_board.html", {"product": product, "board": board}, status=status)


@login_required
@require_POST
def product_plan(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Plan the next videos of a product and start making them."""
    product = get_object_or_404(Product, public_id=public_id)
    try:
        videos = services.plan_and_enqueue(merchant=accounts_selectors.merchant_in(request), product=product)
    except services.CannotPlan as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"{len(videos)} videos planned. They appear on the board while they are made.")
    return redirect("generation:product_detail", public_id=public_id)


@login_required
@require_POST
def video_retry(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Try a failed video again from the stage that failed."""
    video = get_object_or_404(Video, public_id=public_id)
    if services.retry(video=video):
        messages.success(request, "Trying again from the stage that failed.")
    else:
        messages.info(request, "Nothing to retry: this video has moved on.")
    return redirect("review:video_detail", public_id=public_id)
