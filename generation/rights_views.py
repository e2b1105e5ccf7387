"""Pages of what the merchant may show: the rights register, and clips of real footage."""

import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import selectors as accounts_selectors
from catalog import clips, rights
from catalog.forms import ConsentForm
from catalog.models import Clip, Consent, Product
from generation import boards, recall

PER_PAGE = 50
SCOPES_SHOWN = 100
"""Products of one consent that its page lists."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A consent as the list shows it."""

    consent: Consent
    void: str
    is_ending: bool


@login_required
def rights_list(request: HttpRequest) -> HttpResponse:
    """Every consent, newest first, and the form that adds one; `?product=` offers that product's pictures."""
    product = _product(request)
    form = ConsentForm(request.POST or None, product=product)
    if request.method == "POST" and form.is_valid() and _registered(request, form):
        consent = form.cleaned_data["name"]
        messages.success(request, f"Entered. Videos that show {consent} are checked against it from now on.")
        return redirect("generation:rights_list")
    found = Consent.objects.annotate(products=Count("scopes__product", distinct=True)).order_by("-id")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    soon = {consent.pk for consent in rights.ending_soon()}
    context = {
        "form": form, "page": page, "product": product, "ending": len(soon),
        "rows": [Row(consent=row, void=rights.void(row), is_ending=row.pk in soon) for row in page],
    }  # fmt: skip
    return render(request, "generation/rights_list.html", context, status=422 if form.errors else 200)


@login_required
def rights_detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One consent: what it is for, and the videos that its end takes back."""
    consent = get_object_or_404(Consent, public_id=public_id)
    scopes = consent.scopes.select_related("product", "image", "clip")
    context = {
        "consent": consent, "void": rights.void(consent), "scopes": scopes[:SCOPES_SHOWN],
        "more": max(0, scopes.count() - SCOPES_SHOWN), "tiles": _built_on(consent),
    }  # fmt: skip
    return render(request, "generation/rights_detail.html", context)


@login_required
@require_POST
def rights_withdraw(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """End a consent now; the videos built on it pause in the same moment."""
    consent = get_object_or_404(Consent, public_id=public_id)
    by, because = accounts_selectors.name_of(request.user), request.POST.get("because", "")
    try:
        taken = rights.withdraw(consent=consent, by=by, because=because)
    except rights.RightsError as problem:
        messages.error(request, str(problem))
        return redirect("generation:rights_detail", public_id=public_id)
    if not taken:
        messages.success(request, "Withdrawn. No video was built on it.")
        return redirect("generation:rights_detail", public_id=public_id)
    messages.success(request, f"Withdrawn. {taken} video{'s are' if taken > 1 else ' is'} paused: make them anew here.")
    return redirect(f"{reverse('review:video_list')}?show=stale")


@login_required
@require_POST
def clip_add(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Keep a clip of a product; what is no usable clip says why."""
    product, sent = get_object_or_404(Product, public_id=public_id), request.FILES.get("clip")
    if sent is None:
        messages.error(request, "Choose a clip first.")
        return redirect("generation:product_detail", public_id=public_id)
    name = sent.name or "clip"
    with tempfile.NamedTemporaryFile(suffix=Path(name).suffix) as file:
        file.writelines(sent.chunks())
        file.flush()
        try:
            clips.attach(product=product, path=Path(file.name), name=name, by=accounts_selectors.name_of(request.user))
        except clips.ClipError as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, "Added. It can be played here in a moment.")
    return redirect("generation:product_detail", public_id=public_id)


@login_required
@require_POST
def clip_remove(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take a clip away."""
    clip = get_object_or_404(Clip.objects.select_related("product"), public_id=public_id)
    clips.remove(clip=clip, by=accounts_selectors.name_of(request.user))
    messages.success(request, "The clip was removed.")
    return redirect("generation:product_detail", public_id=clip.product.public_id)


def _product(request: HttpRequest) -> Product | None:
    wanted = request.GET.get("product", "")
    try:
        return Product.objects.filter(public_id=uuid.UUID(wanted)).first() if wanted else None
    except ValueError:
        return None


def _registered(request: HttpRequest, form: ConsentForm) -> bool:
    """Enter the consent; False with an error on the form when the register refuses it."""
    consent = form.consent(accounts_selectors.merchant_in(request))
    try:
        rights.register(consent=consent, scope=form.scope(), by=accounts_selectors.name_of(request.user))
    except rights.RightsError as problem:
        form.add_error("expires" if "last day" in str(problem) else "products", str(problem))
        return False
    return True


def _built_on(consent: Consent) -> Sequence[boards.Tile]:
    if consent.recalled:
        return []
    return boards.tiles_of(recall.built_on(rights.by_product(consent)))
