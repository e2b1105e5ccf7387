"""Pages about products and their videos: the list, the product's own page, and the button that makes videos."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import selectors as accounts_selectors
from catalog import clips, parameters, rights, sayings
from catalog.forms import ParameterForm, SayingForm
from catalog.models import Product
from catalog.selectors import matching, product_facts, without_size
from catalog.truth import TruthCard, truth_card
from generation import boards, planning, recall, selectors, services, trimming
from generation.formats import FORMATS, USUAL
from generation.forms import TrimForm
from generation.models import Video
from generation.prompts.locales import locales

PER_PAGE = 24
STOP_POLLING = 286
"""The status at which htmx ends its polling."""


@login_required
def product_list(request: HttpRequest) -> HttpResponse:
    """Every product with its photo and how its videos stand; `?q=` searches title, brand and SKU."""
    query = request.GET.get("q", "").strip()
    products = boards.products_with_counts()
    if query:
        products = products.filter(matching(query))
    page = Paginator(products, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "query": query, "without_size": without_size().count()}
    return render(request, "generation/product_list.html", context)


def _saying(request: HttpRequest, product: Product) -> dict[str, object]:
    """The sentence that `?say=key&in=locale` opens, else a new one."""
    point = product.sellingpoints.filter(key=request.GET.get("say", "")).first()
    locale = request.GET.get("in", "") or product.locale
    text = point.text.get(locale, "") if point else ""
    return {"point": point, "locale": locale, "text": text, "proofs": point.evidence if point else ()}


def _proofs(card: TruthCard) -> list[tuple[str, str]]:
    """What a sentence may rest on: evidence id and words."""
    rows = [(f"par-{row.parameter.name}", row.parameter) for row in card.rows]
    measured = [(key, f"{row.name.replace('_', ' ')}: {parameters.words(row)}".capitalize()) for key, row in rows]
    stated = [(f"par-{name}", f"{name}: {text}") for name, text in card.product.attributes.items()]
    answered = [(row.key, row.answer) for row in card.questions if row.answer]
    return [*measured, *stated, *((row.key, f"“{row.text}”") for row in card.reviews), *answered]


@login_required
def product_detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The truth card of a product and the board of its videos; `?edit=width` opens one parameter."""
    product = get_object_or_404(Product, public_id=public_id)
    row = product.parameters.filter(name=request.GET.get("edit", "")).first()
    form = ParameterForm(initial={"name": row.name, "value": parameters.words(row)} if row else None)
    return _product_page(request, product, form)


def _product_page(request: HttpRequest, product: Product, form: ParameterForm, status: int = 200) -> HttpResponse:
    card = truth_card(product)
    context = {
        "product": product, "card": card, "board": boards.board_of(product), "parameter_form": form,
        "missing": planning.missing(product_facts(product)), "consents": rights.consents_of(product),
        "formats": [(key, each.title, key in USUAL) for key, each in FORMATS.items()],
        "proofs": _proofs(card), "locales": sorted({*locales(), product.locale}), "saying": _saying(request, product),
        "clips": [(clip, clips.is_playable(clip)) for clip in product.clips.all()],
    }  # fmt: skip
    return render(request, "generation/product_detail.html", context, status=status)


@login_required
@require_POST
def product_parameter(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Add, correct or (with the button `remove`) take away one parameter; live videos that promised otherwise pause."""
    product = get_object_or_404(Product, public_id=public_id)
    form = ParameterForm(request.POST, locale=product.locale)
    by, name = request.user.get_username(), request.POST.get("remove", "")
    if not name and not form.is_valid():
        return _product_page(request, product, form, status=422)
    try:
        if name:
            parameters.remove(product=product, name=name, by=by)
        else:
            text = form.cleaned_data["value"]
            row = parameters.write(product=product, name=form.cleaned_data["name"], text=text, by=by)
            words = f"{row.name.replace('_', ' ')} {parameters.words(row)}"
            messages.success(request, f"Every video is now held to: {words}.")
    except parameters.ParameterError as problem:
        messages.error(request, str(problem))
    return redirect("generation:product_detail", public_id=public_id)


@login_required
@require_POST
def product_sentence(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Add, correct or (with the button `remove`) take away a selling point; videos that say otherwise pause."""
    product = get_object_or_404(Product, public_id=public_id)
    form, by, gone = SayingForm(request.POST), request.user.get_username(), request.POST.get("remove", "")
    try:
        if gone:
            sayings.remove(product=product, key=gone, by=by)
        elif form.is_valid():
            sayings.write(product=product, proofs=request.POST.getlist("proofs"), by=by, **form.cleaned_data)
            messages.success(request, "Kept. Videos made from now on may say it, as far as it is proved.")
        else:
            messages.error(request, f"Write one sentence of at most {sayings.LONGEST} letters.")
    except sayings.SayingError as problem:
        messages.error(request, str(problem))
    return redirect(f"{reverse('generation:product_detail', args=[public_id])}#claims-title")


@login_required
@require_POST
def product_answer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Answer a buyer's question; a film may open with it then."""
    product = get_object_or_404(Product, public_id=public_id)
    given = {name: request.POST.get(name, "") for name in ("key", "text")}
    try:
        if sayings.answer(product=product, by=request.user.get_username(), **given):
            messages.success(request, "Answered. The next videos may open with this question.")
    except sayings.SayingError as problem:
        messages.error(request, str(problem))
    return redirect(f"{reverse('generation:product_detail', args=[public_id])}#voices-title")


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
        videos = services.plan_and_enqueue(
            merchant=accounts_selectors.merchant_in(request), product=product, formats=request.POST.getlist("formats")
        )
    except services.CannotPlan as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"{len(videos)} videos planned. They appear on the board while they are made.")
    return redirect("generation:product_detail", public_id=public_id)


@login_required
@require_POST
def video_add_format(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Make the same film in one more format."""
    video = get_object_or_404(Video.objects.select_related("variant__product"), public_id=public_id)
    wanted, by = request.POST.get("format", ""), request.user.get_username()
    try:
        video = services.add_format(video=video, frame_format=wanted, by=by)
    except services.CannotPlan as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, "The same film in another shape. It is checked, and waits for your yes, by itself.")
    return redirect("review:video_detail", public_id=video.public_id)


@login_required
@require_POST
def video_trim(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Cut a stretch out of a film: another one is made from the same motion, this one stays."""
    video = get_object_or_404(Video.objects.select_related("variant__product"), public_id=public_id)
    form = TrimForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Give the first and the last second of the stretch, such as 1.0 and 2.5.")
        return redirect("review:video_detail", public_id=public_id)
    start, end = form.cleaned_data["start"], form.cleaned_data["end"]
    try:
        shorter = trimming.trim(video=video, start=start, end=end, by=request.user.get_username())
    except services.CannotPlan as problem:
        messages.error(request, str(problem))
        return redirect("review:video_detail", public_id=public_id)
    gone = "".join(f" “{sentence}” goes with it." for sentence in trimming.left_out(video, start, end))
    messages.success(request, f"Being made without these seconds, and checked by itself; the other film stays.{gone}")
    return redirect("review:video_detail", public_id=shorter.public_id)


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


@login_required
@require_POST
def video_remake(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Make an outdated video anew from today's facts."""
    video = get_object_or_404(Video.objects.select_related("variant__product"), public_id=public_id)
    try:
        made = recall.remake(video=video, by=request.user.get_username())
    except services.CannotPlan as problem:
        messages.error(request, str(problem))
    else:
        if made:
            messages.success(request, "Being made anew. This one stays for the record and is not shown any more.")
            return redirect("review:video_detail", public_id=made[0].public_id)
        messages.info(request, "This video is not out of date any more.")
    return redirect("review:video_detail", public_id=public_id)


@login_required
@require_POST
def stale_remake(request: HttpRequest) -> HttpResponse:
    """Make every outdated video anew; one that cannot be says why and stays paused."""
    made, reasons = 0, []
    for video in selectors.videos_in(Video.State.STALE):
        try:
            made += len(recall.remake(video=video, by=request.user.get_username()))
        except services.CannotPlan as problem:
            reasons.append(str(problem))
    for reason in dict.fromkeys(reasons):
        messages.error(request, reason)
    if made:
        messages.success(request, f"{made} video{'s are' if made > 1 else ' is'} being made anew from today's facts.")
    return redirect(f"{reverse('review:video_list')}?show=running")
