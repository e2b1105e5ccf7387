"""Pages of a product's pictures: a place of the merchant's own, and cut-outs that a person confirms or corrects."""

import tempfile
import uuid
from io import BytesIO
from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import selectors as accounts_selectors
from catalog import limits, pictures, touchup
from catalog.forms import PlaceForm
from catalog.ingest.images import ImageError
from catalog.ingest.records import ListedImage
from catalog.models import Image, Product

MOST_PHOTOS = 8
"""Photos that are taken and cut out while the page waits: each takes a second or two."""


@login_required
def product_place(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A place of the merchant's own: choose a photo, mark where the product stands and something of known length."""
    product = get_object_or_404(Product, public_id=public_id)
    form = PlaceForm(request.POST or None, request.FILES or None)
    if form.is_valid() and _kept_place(product, form):
        messages.success(request, "The next videos of this product are made in this place first.")
        return redirect("generation:product_detail", public_id=public_id)
    context = {"product": product, "form": form}
    return render(request, "generation/product_place.html", context, status=422 if form.is_bound else 200)


def _kept_place(product: Product, form: PlaceForm) -> bool:
    """Attach the photo with its marks; False with an error on the form when it is no usable picture."""
    given = form.cleaned_data
    with tempfile.NamedTemporaryFile(suffix=Path(given["photo"].name).suffix) as file:
        file.writelines(given["photo"].chunks())
        file.flush()
        try:
            pictures.attach_place(product, Path(file.name), name=given["photo"].name, marks=form.marks())
        except ImageError as problem:
            form.add_error("photo", str(problem))
            return False
    return True


@login_required
@require_POST
def photo_add(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Keep photos of a product, each cut out; what is no usable picture says why."""
    product = get_object_or_404(Product, public_id=public_id)
    sent = request.FILES.getlist("photos")
    if not sent:
        messages.error(request, "Choose a photo first.")
    for file in sent[:MOST_PHOTOS]:
        _attach(request, product, file)
    if len(sent) > MOST_PHOTOS:
        messages.error(request, f"{MOST_PHOTOS} photos are taken at once: add the others now.")
    return redirect(f"{reverse('generation:product_detail', args=[public_id])}#photos-title")


def _attach(request: HttpRequest, product: Product, file: "UploadedFile[bytes]") -> None:
    name = file.name or "photo"
    if (file.size or 0) > limits.LARGEST_PHOTO:
        messages.error(request, f"{name} is larger than 30 MB: export it smaller.")
        return
    with tempfile.NamedTemporaryFile(suffix=Path(name).suffix) as kept:
        kept.writelines(file.chunks())
        kept.flush()
        listed = ListedImage(name=name)
        try:
            made = pictures.attach(product, Path(kept.name), listed=listed, position=product.images.count())
        except ImageError as problem:
            messages.error(request, str(problem))
            return
    if not made.is_new:
        messages.info(request, f"{name} was here before, or a larger copy of it.")
    elif made.image.cutout:
        messages.success(request, f"{name} is added and cut out: look whether all of the product is there.")
    else:
        messages.info(request, f"{name} is added, but no product could be told from its background: correct it below.")


@login_required
@require_POST
def photo_confirm(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A person's yes to a cut-out that the machine was not sure of."""
    image = get_object_or_404(Image.objects.select_related("product"), public_id=public_id)
    if pictures.confirm(image, by=request.user.get_username()):
        messages.success(request, "Thank you. Videos will show the product as cut out here.")
    return redirect("generation:product_detail", public_id=image.product.public_id)


@login_required
def photo_cutout(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A cut-out is corrected with a brush; the page sends the strokes as a picture."""
    image = get_object_or_404(Image.objects.select_related("product"), public_id=public_id)
    if request.method != "POST":
        return render(request, "generation/photo_cutout.html", {"image": image, "product": image.product})
    sent = request.FILES.get("strokes")
    if sent is None or (sent.size or 0) > limits.LARGEST_PHOTO:
        messages.error(request, "Nothing was drawn: draw what belongs to the product, then save.")
        return redirect("generation:photo_cutout", public_id=public_id)
    try:
        touchup.apply(image=image, strokes=BytesIO(sent.read()), by=accounts_selectors.name_of(request.user))
    except touchup.TouchUpError as problem:
        messages.error(request, str(problem))
        return redirect("generation:photo_cutout", public_id=public_id)
    messages.success(request, "Saved. Videos made from now on show the product as you cut it out.")
    return redirect("generation:product_detail", public_id=image.product.public_id)
