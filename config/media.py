"""Serves stored files with byte ranges, so that players can seek. With S3 the storage's own URLs are used instead."""

import mimetypes
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

PUBLIC = ("videos/", "posters/", "products/", "cutouts/", "clips/", "evidence/")
"""Folders that may be served: their names hold a hash or a random id. Uploaded feeds are never served."""
_BLOCK = 1 << 18


@require_safe
def media(request: HttpRequest, name: str) -> HttpResponseBase:
    """A stored file, or the part of it that the Range header asks for."""
    root = Path(settings.MEDIA_ROOT).resolve()
    path = (root / name).resolve()
    if not name.startswith(PUBLIC) or not path.is_relative_to(root) or not path.is_file():
        raise Http404(name)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    size = path.stat().st_size
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("Range", ""))
    if not wanted or wanted[1] == wanted[2] == "":
        whole = FileResponse(path.open("rb"), content_type=kind)
        return _cacheable(whole, size)
    first, last = _range(wanted[1], wanted[2], size)
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    part = StreamingHttpResponse(_blocks(path, first, last), status=206, content_type=kind)
    part["Content-Range"] = f"bytes {first}-{last}/{size}"
    return _cacheable(part, last - first + 1)


def _range(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _blocks(path: Path, first: int, last: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (block := file.read(min(_BLOCK, left))):
            left -= len(block)
            yield block


def _cacheable(response: HttpResponseBase, length: int) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["Content-Length"] = str(length)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
