"""The public verify page: anybody hands in a file, or its fingerprint, and reads what we know of it."""

import tempfile
from pathlib import Path

from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.middleware import public
from review.provenance import verifying
from review.provenance.reading import read_out

MOST_BYTES = 200 * 1024 * 1024
PER_MINUTE = 20
"""Files and fingerprints one address may ask about in a minute, a web process."""


@public
@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Nobody signs in and nothing is kept, so a form from elsewhere is welcome: no CSRF token is asked for.

    Without that check the size can be refused before a byte of the body is read.
    """
    if request.method != "POST":
        return _by_hash(request)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return _page(request, problem="The file is larger than 200 MB: hand it in as it was published.", status=413)
    if _is_too_often(request):
        return _page(request, problem="Too many files within a minute: wait a moment, then try again.", status=429)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return _page(request, problem="Choose a video file first.", status=400)
    return _page(request, reading=read_out(_judged(file)), name=file.name or "")


def _by_hash(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("sha256", "").strip().lower()
    if not wanted:
        return _page(request)
    if not verifying.HASH.fullmatch(wanted):
        return _page(request, problem="A fingerprint is a SHA-256: 64 characters out of 0-9 and a-f.", status=400)
    if _is_too_often(request):
        return _page(request, problem="Too many questions within a minute: wait a moment, then try again.", status=429)
    record = verifying.find(wanted)
    if record is None:
        return _page(request, problem="We know no file with this fingerprint.", status=404)
    return _page(request, record=record, wanted=wanted)


def _judged(file: "UploadedFile[bytes]") -> verifying.Answer:
    with tempfile.NamedTemporaryFile(prefix="vitrine-", suffix=".mp4") as copy:
        copy.writelines(file.chunks())
        copy.flush()
        return verifying.verify(Path(copy.name))


def _page(request: HttpRequest, *, status: int = 200, problem: str = "", **context: object) -> HttpResponse:
    return render(request, "review/verify.html", {"problem": problem, **context}, status=status)


def _is_too_often(request: HttpRequest) -> bool:
    key = f"verify:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, timeout=60)
    try:
        return cache.incr(key) > PER_MINUTE
    except ValueError:
        return False  # the minute ended between the two calls
