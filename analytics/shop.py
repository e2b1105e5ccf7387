"""The public product page: one live video chosen for this visitor, and a button to buy. No account, no session."""

import re
import secrets

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts import tenancy
from accounts.middleware import public
from accounts.models import Merchant
from analytics import ingest, serving
from analytics.models import Source
from catalog import selectors as catalog_selectors
from catalog.facts import Parameter
from catalog.models import Product
from generation.formats import FORMATS
from generation.models import Placement

VISIT = "vitrine_visit"
"""First-party cookie with a random number; it lives as long as the browser's session and keeps the video the same."""
_WITHOUT_CENTS = {"JPY", "KRW", "VND", "CLP", "ISK"}
_PHONE = re.compile(r"Mobi|Android.+Mobile|iPhone", re.IGNORECASE)


@public
@require_safe
def product_page(request: HttpRequest, slug: str, sku: str) -> HttpResponse:
    """`?locale=fr-FR` and `?format=tall` choose the market and the frame; otherwise the browser does."""
    merchant = get_object_or_404(Merchant, slug=slug)
    visit = request.COOKIES.get(VISIT, "")
    if not re.fullmatch(r"[0-9a-f]{32}", visit):
        visit = secrets.token_hex(16)
    with tenancy.merchant_context(merchant.pk):
        page = _page(request, merchant, sku, ingest.visitor_hash(visit))
        response = render(request, "analytics/shop.html", page)
    response.set_cookie(VISIT, visit, httponly=True, samesite="Lax", secure=request.is_secure())
    response["Cache-Control"] = "private, no-store"
    return response


def _page(request: HttpRequest, merchant: Merchant, sku: str, visitor: int) -> dict[str, object]:
    product = Product.objects.filter(merchant=merchant, sku=sku).first() if sku.isprintable() else None
    if product is None:
        raise Http404(f"{merchant.name} sells nothing with the number {sku}.")
    locale = request.GET.get("locale") or _first_language(request)
    spot = serving.Spot(merchant=merchant.slug, sku=sku, locale=locale[:12], format=_format(request))
    shown = serving.shelf_of(merchant, product).decide(spot, [visitor], source=Source.LIVE)
    facts = catalog_selectors.product_facts(product)
    placement = Placement.objects.select_related("cut").get(pk=shown[0].arm.placement_id) if shown else None
    language = shown[0].arm.locale if shown else product.locale
    points = [text for point in facts.selling_points if (text := point.in_locale(language))]
    return {
        "merchant": merchant,
        "product": product,
        "facts": facts,
        "title": facts.title_in(language),
        "points": points,
        "specification": [(row.name.replace("_", " ").capitalize(), _quantity(row)) for row in facts.parameters],
        "price": _price(product),
        "placement": placement,
        "decision": shown[0].note if shown else "",
        "language": language,
        "may_track": _may_track(request),
    }


def _may_track(request: HttpRequest) -> bool:
    """Not when the browser asks for privacy (Global Privacy Control, Do Not Track) or the shopper declined."""
    asked = "1" in (request.headers.get("Sec-GPC"), request.headers.get("DNT"))
    return not asked and request.COOKIES.get("vitrine_consent") != "no"


def _first_language(request: HttpRequest) -> str:
    """The first entry of Accept-Language, such as fr-FR; "" when there is none."""
    first = request.headers.get("Accept-Language", "").split(",")[0].split(";")[0].strip()
    return first if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", first) else ""


def _format(request: HttpRequest) -> str:
    asked = request.GET.get("format")
    if asked in FORMATS:
        return asked
    return "tall" if _PHONE.search(request.headers.get("User-Agent", "")) else "wide"


def _price(product: Product) -> str:
    """The price with its currency; "" when the merchant gave none."""
    if product.price_minor is None:
        return ""
    amount = f"{product.price_minor:,}" if product.currency in _WITHOUT_CENTS else f"{product.price_minor / 100:,.2f}"
    return f"{amount} {product.currency}".strip()


def _quantity(parameter: Parameter) -> str:
    """A parameter as a shopper reads it: up to 0.45 m, 3 to 5 W, 16 cm."""
    number = f"{parameter.value:g} {'' if parameter.unit == 'count' else parameter.unit}".strip()
    if parameter.bound == "range" and parameter.lower is not None:
        return f"{parameter.lower:g} to {number}"
    return {"max": f"up to {number}", "min": f"at least {number}"}.get(parameter.bound, number)
