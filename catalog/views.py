"""Pages of an upload: choose a file, see every row judged before anything is stored, confirm, watch it run."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import selectors as accounts_selectors
from catalog import decisions, selectors, services
from catalog.forms import FeedForm, UploadForm
from catalog.ingest import choices, money
from catalog.models import Import

LATEST = 12
"""Earlier uploads shown under the form."""
GROUPED = 20_000
"""Problems that are grouped for the page; the download has them all."""
MOVING = (Import.State.RECEIVED, Import.State.RUNNING)
"""States that change by themselves."""
UNITS = ("mm", "cm", "m", "inch", "g", "kg", "lb", "oz", "ml", "l", "W", "V", "hour", "min")
"""Offered for columns of bare numbers."""
NEEDED = ("sku", "title")
"""What no product can do without; any other column may be left out of every row."""
STOP_POLLING = 286
"""The status at which htmx ends its polling."""


@login_required
def import_list(request: HttpRequest) -> HttpResponse:
    """The upload form (POST takes the file and has it checked) and earlier uploads."""
    is_feed, is_file = "url" in request.POST, request.method == "POST" and "url" not in request.POST
    form = UploadForm(request.POST, request.FILES) if is_file else UploadForm()
    feed = FeedForm(request.POST) if is_feed else FeedForm()
    if form.is_valid() or feed.is_valid():
        merchant = accounts_selectors.merchant_in(request)
        if is_feed:
            batch = services.receive_address(merchant=merchant, url=feed.cleaned_data["url"])
        else:
            batch = services.receive(merchant=merchant, file=form.cleaned_data["file"])
        return redirect("catalog:import_detail", public_id=batch.public_id)
    context = {"form": form, "feed": feed, "imports": Import.objects.all()[:LATEST]}
    return render(request, "catalog/import_list.html", context, status=422 if form.errors or feed.errors else 200)


@login_required
def import_detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One upload in whichever state it is, with its problems grouped by what they say."""
    batch = get_object_or_404(Import, public_id=public_id)
    groups = selectors.problem_groups(selectors.import_problems(batch)[:GROUPED])
    context = {
        "batch": batch, "groups": groups, "is_moving": batch.state in MOVING, "seconds": selectors.seconds_left(batch),
        "meanings": choices.meanings(), "units": UNITS, "currencies": sorted(money.CODES),
        "named": [column for column, _ in batch.columns],
        "spare": [column for column, meaning in batch.columns if meaning not in NEEDED],
        "remembered": selectors.choices_for(batch.merchant_id, [column for column, _ in batch.columns]),
        "can_decide": batch.state in (Import.State.CHECKED, Import.State.FAILED) and not batch.done and batch.columns,
    }  # fmt: skip
    return render(request, "catalog/import_detail.html", context)


@login_required
def import_progress(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """How far a check or an import is; when it stands still, htmx is told to load the page anew."""
    batch = get_object_or_404(Import, public_id=public_id)
    if batch.state not in MOVING:
        return HttpResponse(status=STOP_POLLING, headers={"HX-Refresh": "true"})
    return render(request, "catalog/_progress.html", {"batch": batch, "seconds": selectors.seconds_left(batch)})


@login_required
@require_POST
def import_decide(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say what columns mean, or the currency or unit of every row that names none; the file is checked again."""
    batch = get_object_or_404(Import, public_id=public_id)
    now = dict(batch.columns)
    meant = zip(request.POST.getlist("column"), request.POST.getlist("meaning"), strict=False)
    chosen = choices.Choices(
        columns={column: meaning for column, meaning in meant if meaning and now.get(column) != meaning},
        currency=request.POST.get("currency", ""),
        units={request.POST["unit_column"]: request.POST.get("unit", "")} if request.POST.get("unit_column") else {},
    )
    try:
        again = decisions.decide(batch=batch, chosen=chosen)
    except choices.ChoiceError as problem:
        messages.error(request, str(problem))
    else:
        words = "Noted for every file with these columns."
        messages.success(request, words if again else f"{words} Rows of this one are stored already: upload it again.")
    return redirect("catalog:import_detail", public_id=public_id)


@login_required
@require_POST
def import_forget(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take back what was decided about files with these columns; the file is checked again by their names."""
    decisions.forget(batch=get_object_or_404(Import, public_id=public_id))
    messages.success(request, "Forgotten. Files with these columns are read by their names again.")
    return redirect("catalog:import_detail", public_id=public_id)


@login_required
@require_POST
def import_confirm(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Store what was ready. Pressing twice is the same as once."""
    batch = get_object_or_404(Import, public_id=public_id)
    if not services.confirm(batch=batch):
        messages.info(request, "This upload was confirmed before; nothing was started twice.")
    return redirect("catalog:import_detail", public_id=public_id)


@login_required
@require_POST
def import_pause(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Stop storing for now; confirming goes on where it stood."""
    if services.pause(batch=get_object_or_404(Import, public_id=public_id)):
        messages.info(request, "Paused. What was stored stays; press the button to go on.")
    return redirect("catalog:import_detail", public_id=public_id)


@login_required
@require_POST
def import_cancel(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give an upload up."""
    services.cancel(batch=get_object_or_404(Import, public_id=public_id), by=request.user.get_username())
    return redirect("catalog:import_detail", public_id=public_id)


@login_required
def import_problems(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The refused rows as CSV with their reasons: correct them there and upload that file."""
    batch = get_object_or_404(Import, public_id=public_id)
    problems = list(selectors.import_problems(batch).filter(severity="refused"))
    lines = "".join(selectors.bad_rows_csv(services.refused_rows(batch), problems))
    response = HttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="rows-to-correct.csv"'
    return response


@login_required
def size_sheet(request: HttpRequest) -> HttpResponse:
    """Products whose size nobody has given, as CSV: fill in the widths and upload that file."""
    response = HttpResponse(
        "".join(selectors.size_sheet(selectors.without_size())), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="sizes.csv"'
    return response
