"""Pages where people look at videos and decide: all videos, those that wait for a person, and one video."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import selectors as accounts_selectors
from generation import boards
from generation.models import Video
from generation.services import CannotPlan
from review import deciding, selectors, watching
from review.forms import ApprovalForm, RejectionForm, WithdrawalForm
from review.oversight import cases, rules
from review.oversight.forms import AppealForm

PER_PAGE = 24
STOP_POLLING = 286
"""The status at which htmx ends its polling."""


@login_required
def video_list(request: HttpRequest) -> HttpResponse:
    """Videos of one group (`?show=live`), newest change first."""
    show = request.GET.get("show", "")
    page = Paginator(watching.videos_shown(show), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "tiles": watching.tiles_shown(page, show), "show": show, "groups": watching.groups()}
    return render(request, "review/video_list.html", context)


@login_required
def queue_list(request: HttpRequest) -> HttpResponse:
    """Videos that need a person, longest waiting first."""
    page = Paginator(watching.queue(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "review/queue_list.html", {"page": page, "entries": watching.entries(page)})


@login_required
def video_detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One video: its player or its progress, what was measured, what it says, and the decision."""
    return _video_page(request, _video(public_id))


@login_required
def video_progress(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """How far the video is; once it is finished, htmx is told to stop asking and to load the page anew."""
    video = _video(public_id)
    if not boards.is_being_made(video):
        return HttpResponse(status=STOP_POLLING, headers={"HX-Refresh": "true"})
    return render(request, "review/_progress.html", {"video": video, "making": boards.making_of(video)})


@login_required
@require_POST
def video_approve(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A named person's yes to the files of this video and, unless the box is cleared, its place in the shop."""
    video, form = _video(public_id), ApprovalForm(request.POST)
    if not form.is_valid():
        return _video_page(request, video, approval=form, status=422)
    try:
        deciding.approve(video=video, **form.cleaned_data)
    except deciding.NotApprovable as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, "Approved and live in the shop." if form.cleaned_data["is_shown"] else "Approved.")
    return redirect("review:video_detail", public_id=public_id)


@login_required
@require_POST
def video_reject(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A named person's no, with the reason."""
    video, form = _video(public_id), RejectionForm(request.POST)
    if not form.is_valid():
        return _video_page(request, video, rejection=form, status=422)
    if deciding.reject(video=video, **form.cleaned_data):
        messages.success(request, "Rejected. It will not be shown to anybody.")
    else:
        messages.error(request, "Somebody else decided about this video meanwhile.")
    return redirect("review:video_detail", public_id=public_id)


@login_required
@require_POST
def video_show(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put an approved video into the shop."""
    video = _video(public_id)
    if deciding.show(video=video, by=accounts_selectors.name_of(request.user)):
        messages.success(request, "Live in the shop.")
    else:
        messages.info(request, "Nothing to do: this video is not waiting to be shown.")
    return redirect("review:video_detail", public_id=public_id)


@login_required
@require_POST
def video_check(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Audit the files once more."""
    video = _video(public_id)
    if not deciding.ask_again(video=video, by=accounts_selectors.name_of(request.user)):
        messages.info(request, "Nothing to check again: this video has moved on.")
    return redirect("review:video_detail", public_id=public_id)


@login_required
@require_POST
def video_again(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The first of the fixes: refuse this file, and make its cell again within the limits of today."""
    video, by = _video(public_id), accounts_selectors.name_of(request.user)
    because = request.POST.get("because", "").strip()[:1000] or "made again within its limits"
    try:
        made = deciding.make_again(video=video, by=by, because=because)
    except CannotPlan as problem:
        messages.error(request, str(problem))
    else:
        if made:
            messages.success(request, "Being made again. The refused file stays on record and is never shown.")
            return redirect("review:video_detail", public_id=made[0].public_id)
        messages.info(request, "Nothing to make again: this video has moved on.")
    return redirect("review:video_detail", public_id=public_id)


@login_required
@require_POST
def video_withdraw(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A named person takes a yes back: what is live stops in the same moment."""
    video, form = _video(public_id), WithdrawalForm(request.POST)
    if not form.is_valid():
        return _video_page(request, video, withdrawal=form, status=422)
    if deciding.withdraw(video=video, **form.cleaned_data):
        messages.success(request, "Withdrawn. Nobody is shown it any more, and the verify page says so.")
    else:
        messages.info(request, "Nothing to withdraw: this video carries no approval.")
    return redirect("review:video_detail", public_id=public_id)


@login_required
@require_POST
def video_appeal(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The merchant's answer to a takedown."""
    video, form = _video(public_id), AppealForm(request.POST)
    found = cases.cases_of(video)
    if not form.is_valid() or not found:
        return _video_page(request, video, appeal=form, status=422)
    try:
        cases.appeal(takedown=found[0], **form.cleaned_data)
    except cases.CaseError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, "Sent. Another operator than the one who took it down decides.")
    return redirect("review:video_detail", public_id=public_id)


def _video(public_id: uuid.UUID) -> Video:
    return get_object_or_404(watching.videos(), public_id=public_id)


def _video_page(request: HttpRequest, video: Video, *, status: int = 200, **sent: Form) -> HttpResponse:
    """The page of a video; forms that were sent and refused come by name, the others are new."""
    name = accounts_selectors.name_of(request.user)
    cut = watching.cut_to_show(video, request.GET.get("format"))
    context = {
        "video": video,
        "cut": cut,
        "signed": selectors.signed_file(cut) if cut else None,
        "page": watching.page_of(video, cut),
        "cases": cases.cases_of(video),
        "next": watching.next_waiting(video),
        "rules": rules.current(),
        "approval": ApprovalForm(initial={"approver": name}),
        "rejection": RejectionForm(initial={"by": name}),
        "withdrawal": WithdrawalForm(initial={"by": name}),
        "appeal": AppealForm(initial={"by": name}),
    }
    return render(request, "review/video_detail.html", context | sent, status=status)
