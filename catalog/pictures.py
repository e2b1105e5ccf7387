"""Pictures beside a list: which file belongs to which row, and a photo into storage with its cut-out."""

import io
import re
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from django.core.files.base import ContentFile
from PIL import Image as PillowImage

from accounts.models import AuditLog
from catalog.ingest import images
from catalog.ingest.archives import PICTURES
from catalog.ingest.records import ListedImage
from catalog.models import Image, Product

SHOWN = (Image.Role.PACKSHOT, Image.Role.VIEW)
"""Photos of the product itself."""


class PictureFolder:
    """Files of one folder and those below it, found by name, by name without ending, or by SKU."""

    def __init__(self, folder: Path | None) -> None:
        files = sorted(folder.rglob("*")) if folder is not None and folder.is_dir() else []
        pictures = [path for path in files if path.suffix.lower() in PICTURES]
        self._by_name = {path.name.lower(): path for path in reversed(pictures)}
        self._by_stem = {path.stem.lower(): path for path in reversed(pictures)}

    def __len__(self) -> int:
        return len(self._by_name)

    def find(self, listed: ListedImage) -> Path | None:
        """The file of a listed picture, whatever folders the listing puts before its name."""
        name = listed.name.lower()
        return self._by_name.get(name) or self._by_stem.get(Path(name).stem)

    def of_sku(self, sku: str) -> list[ListedImage]:
        """Pictures named by the SKU: ``A-1.jpg``, ``A-1_2.jpg``, ``A-1-back.jpg``; used when a row lists none."""
        plain = re.escape(sku.lower())
        pattern = re.compile(rf"{plain}(?:[_\-. ]\w{{1,12}})?$")
        found = sorted(stem for stem in self._by_stem if pattern.match(stem))
        return [ListedImage(name=self._by_stem[stem].name) for stem in found]


@dataclass(frozen=True)
class Attached:
    """An image row and whether it was made now."""

    image: Image
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class PlaceMarks:
    """What a person marked in a photo of a place; points are (x, y) as shares of its width and height."""

    ground: tuple[float, float]
    """Where the product is to stand."""
    ruler: tuple[tuple[float, float], tuple[float, float]]
    """Both ends of something of known length, near the ground point."""
    metres: float
    """That length."""


def attach(product: Product, path: Path, *, listed: ListedImage, position: int) -> Attached:
    """Store a photo and its cut-out, once per content; of the same picture in two sizes the larger one. Raises
    `catalog.ingest.images.ImageError`."""
    photo = images.read(path, name=listed.name)
    known = Image.objects.filter(product=product, sha256=photo.sha256).first()
    if known is not None:
        return Attached(known, is_new=False)
    fingerprint = images.likeness(photo.pixels)
    twin = _twin(product, fingerprint) if listed.role in ("", *SHOWN) else None
    if twin is not None and twin.width * twin.height >= photo.width * photo.height:
        return Attached(twin, is_new=False)
    image = Image(
        merchant_id=product.merchant_id,
        product=product,
        sha256=photo.sha256,
        width=photo.width,
        height=photo.height,
        role=listed.role if listed.role in Image.Role.values else _role(photo, position),
        rendered=listed.rendered,
        width_m=listed.width_m,
        metres_per_pixel=listed.metres_per_pixel,
        pitch_deg=listed.pitch_deg,
        base_px=listed.base_px,
        effect_px=listed.effect_px,
        source_url=listed.url,
        rights=listed.rights,
        position=position,
        quality={**asdict(photo.quality), "remarks": list(photo.quality.remarks), "likeness": fingerprint},
    )
    if twin is not None:
        image.quality["remarks"].append("A smaller copy of this photo is here too; remove that one.")
    image.full_clean(exclude=["file", "product", "merchant"])
    image.file.save(f"{product.public_id}/{photo.sha256[:16]}{photo.suffix}", ContentFile(photo.encoded()), save=False)
    if image.role in SHOWN:
        _cut_out(image, photo)
    image.save()
    return Attached(image, is_new=True)


def _twin(product: Product, fingerprint: str) -> Image | None:
    """A photo of the product that shows the same picture, whatever its size or compression."""
    shown = product.images.filter(role__in=SHOWN)
    return next((row for row in shown if images.alike(row.quality.get("likeness", ""), fingerprint)), None)


def attach_place(product: Product, path: Path, *, name: str, marks: PlaceMarks) -> Image:
    """A photo of the merchant's own place. Giving the same photo again corrects its marks.

    Raises `catalog.ingest.images.ImageError`.
    """
    photo = images.read(path, name=name)
    size = np.array([photo.width, photo.height])
    pixels = float(np.linalg.norm((np.array(marks.ruler[1]) - marks.ruler[0]) * size))
    ground = tuple(float(value) for value in np.array(marks.ground) * size)
    scale = marks.metres / pixels
    listed = ListedImage(name=name, role=Image.Role.SCENE, base_px=(ground[0], ground[1]), metres_per_pixel=scale)
    image = attach(product, path, listed=listed, position=product.images.count()).image
    Image.objects.filter(pk=image.pk).update(role=listed.role, base_px=list(ground), metres_per_pixel=scale)
    return image


def _role(photo: images.Photo, position: int) -> str:
    return Image.Role.PACKSHOT if photo.quality.is_plain and position == 0 else Image.Role.VIEW


def _cut_out(image: Image, photo: images.Photo) -> None:
    """Add cut-out, outline, contact point and effect point; a photo without a product says so in its remarks."""
    from catalog import cutout  # OpenCV and a network: loaded where a photo is cut out, not with every web page.

    try:
        made = cutout.cut_out(photo)
    except cutout.CutoutError as error:
        image.quality["remarks"].append(str(error))
        return
    image.cutout.save(f"{image.sha256[:16]}-{image.product.public_id}.png", ContentFile(_png(made.pixels)), save=False)
    image.quality["cutout"] = made.method
    image.doubt = made.doubt
    if made.shadow is not None:
        name = f"{image.sha256[:16]}-{image.product.public_id}-shadow.png"
        image.shadow.save(name, ContentFile(_png(made.shadow)), save=False)
    image.outline = list(made.box)
    image.base_px = image.base_px or list(made.base_px)
    image.effect_px = image.effect_px or list(made.effect_px)


def _png(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    PillowImage.fromarray(pixels).save(out, "PNG", compress_level=4)
    return out.getvalue()


def confirm(image: Image, *, by: str) -> bool:
    """A person has looked at a doubtful cut-out and takes it; False when there was no doubt (any more)."""
    confirmed = Image.objects.filter(pk=image.pk).exclude(doubt="").update(doubt="")
    if confirmed:
        AuditLog.objects.create(
            merchant_id=image.merchant_id, actor=by, action="confirm_cutout", subject=image.product.sku,
            reason=image.doubt,
        )  # fmt: skip
    return bool(confirmed)
