"""Pages of the team: who has a seat, whom to invite, and the door that an invitation opens."""

import uuid

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.views import PasswordChangeView
from django.contrib.messages.views import SuccessMessageMixin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import seats, selectors, tenancy
from accounts.forms import InviteForm, JoinForm
from accounts.models import Invitation, Membership, Merchant

LINK = "invitation_link"
"""Where the session keeps the address of a new invitation until it was shown, once."""


@login_required
def team(request: HttpRequest) -> HttpResponse:
    """Everybody with a seat, invitations that wait, and the form for another."""
    merchant, form = selectors.merchant_in(request), InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        by = selectors.name_of(request.user)
        invitation, token = seats.invite(merchant=merchant, by=by, **form.cleaned_data)
        address = request.build_absolute_uri(reverse("accounts:join", args=[token]))
        request.session[LINK] = {"email": invitation.email, "address": address}
        return redirect("accounts:team")
    open_ones = Invitation.objects.filter(accepted=None, withdrawn=None, expires__gt=timezone.now())
    context = {
        "form": form,
        "owns": selectors.owns(request),
        "link": request.session.pop(LINK, None),
        "words": seats.WORDS,
        "invitations": open_ones,
        "people": Membership.objects.filter(merchant=merchant).select_related("user").order_by("id"),
    }
    return render(request, "accounts/team.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def seat_act(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give a person another seat, or end theirs (`action=remove`)."""
    seat = get_object_or_404(Membership, public_id=public_id, merchant=selectors.merchant_in(request))
    name, by = selectors.name_of(seat.user), selectors.name_of(request.user)
    try:
        if request.POST.get("action") == "remove":
            seats.remove(seat=seat, by=by)
            messages.success(request, f"{name} has no access any more. Their name stays on what they decided.")
        else:
            seats.set_role(seat=seat, role=request.POST.get("role", ""), by=by)
            messages.success(request, f"{name} is now {seats.WORDS[Membership.Role(seat.role)][0]}.")
    except seats.SeatError as problem:
        messages.error(request, str(problem))
    return redirect("accounts:team")


@login_required
@require_POST
def invitation_withdraw(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Make the address of an invitation worthless."""
    invitation = get_object_or_404(Invitation, public_id=public_id)
    seats.withdraw(invitation=invitation, by=selectors.name_of(request.user))
    messages.success(request, f"The invitation of {invitation.email} opens nothing any more.")
    return redirect("accounts:team")


def join(request: HttpRequest, token: str) -> HttpResponse:
    """Take a seat: as the person signed in, or as a new one who chooses a password."""
    try:
        return _door(request, seats.read(token))
    except seats.SeatError as problem:
        return render(request, "accounts/join.html", {"problem": problem}, status=410)


def _door(request: HttpRequest, ticket: seats.Ticket) -> HttpResponse:
    with tenancy.merchant_context(ticket.merchant_id):
        invitation = seats.waiting(ticket)
        merchant = Merchant.objects.get(pk=ticket.merchant_id)
    is_new = isinstance(request.user, AnonymousUser)
    form = JoinForm(request.POST or None, initial={"username": invitation.email})
    if request.method == "POST" and (not is_new or form.is_valid()):
        return _seated(request, ticket, form, is_new=is_new)
    words = seats.WORDS[Membership.Role(invitation.role)]
    context = {"invitation": invitation, "shop": merchant, "seat": words, "form": form, "is_new": is_new}
    return render(request, "accounts/join.html", context, status=422 if request.method == "POST" else 200)


@transaction.atomic
def _seated(request: HttpRequest, ticket: seats.Ticket, form: JoinForm, *, is_new: bool) -> HttpResponse:
    user = form.save() if is_new else _person(request)
    seats.accept(ticket=ticket, user=user)
    if is_new:
        login(request, user)
    request.session[selectors.SHOP] = ticket.merchant_id
    return redirect("home")


def _person(request: HttpRequest) -> User:
    """Who is signed in, where the view has made sure that somebody is."""
    assert isinstance(request.user, User)
    return request.user


class Password(SuccessMessageMixin, PasswordChangeView):  # type: ignore[type-arg]  # generic in the stubs only
    """One's own password, asked for the old one first; other browsers are signed out."""

    template_name = "accounts/password.html"
    success_url = reverse_lazy("accounts:team")
    success_message = "Your password is changed. Your other browsers are signed out."


@login_required
@require_POST
def enter(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Sit down at the desk of another shop where the person has a seat."""
    seat = get_object_or_404(selectors.seats_of(_person(request)), merchant__public_id=public_id)
    request.session[selectors.SHOP] = seat.merchant_id
    return redirect("home")
