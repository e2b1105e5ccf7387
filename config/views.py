"""The first page: what needs a decision today, across all parts of the product; and the icon."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static

from accounts import operators
from config import today


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Five counts, each leading to its list; what waits; and who did what lately."""
    if operators.is_operator(request):
        return redirect("review:platform")
    return render(request, "home.html", {"today": today.today()})


def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for this address on pages that name no icon, such as a bare file."""
    return redirect(static("vitrine/img/favicon.svg"), permanent=True)
