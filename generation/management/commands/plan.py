"""`manage.py plan`: the next batch of variants of one product or of all."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from accounts import tenancy
from accounts.models import Merchant
from catalog import pictures
from catalog.ingest import images
from catalog.models import Product
from generation import services
from generation.formats import FORMATS, USUAL
from generation.models import Video
from generation.specs import ENGINES


class Command(BaseCommand):
    help = "Plan the next batch of variants."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--merchant", default="rill", help="slug")
        parser.add_argument("--sku", action="append", help="one product; may be repeated; default all")
        parser.add_argument("--locale", action="append", default=[], help="such as fr-FR; may be repeated")
        parser.add_argument("--budget", type=int, default=services.BATCH, help="variants per product")
        parser.add_argument("--engine", default="unified", choices=ENGINES)
        parser.add_argument("--formats", nargs="+", default=USUAL, choices=FORMATS, help="shapes of each video")
        parser.add_argument("--scene-photo", type=Path, help="a photo of your own as first frame")
        parser.add_argument("--ground", type=float, nargs=2, metavar=("X", "Y"), help="pixel where the product stands")
        parser.add_argument("--photo-width", type=float, help="metres that the photo's width spans at that point")

    def handle(self, *args: Any, **options: Any) -> None:
        console, merchant = Console(), merchant_of(options["merchant"])
        table = Table("SKU", "Scenario", "Locale", "Hook", "Scene", "Why", title="Planned")
        with tenancy.merchant_context(merchant.pk):
            for product in products_of(options["sku"]):
                try:
                    _keep_scene_photo(product, options)
                    videos = services.plan_product(
                        product=product, locales=options["locale"], budget=options["budget"],
                        engine=options["engine"], formats=options["formats"],
                    )  # fmt: skip
                except services.CannotPlan as problem:
                    console.print(f"[yellow]{problem}[/]")
                    continue
                for video in videos:
                    table.add_row(*_row(video))
        console.print(table)


def _keep_scene_photo(product: Product, options: dict[str, Any]) -> None:
    """Attach --scene-photo to the product, with the ground point and the scale that the merchant gave."""
    path = options["scene_photo"]
    if path is None:
        return
    if options["ground"] is None or options["photo_width"] is None:
        raise CommandError("--scene-photo needs --ground X Y (where the product stands) and --photo-width METRES.")
    try:
        photo = images.read(path, name=path.name)
        x, y = options["ground"]
        marks = pictures.PlaceMarks(
            ground=(x / photo.width, y / photo.height), ruler=((0.0, 0.5), (1.0, 0.5)), metres=options["photo_width"]
        )
        pictures.attach_place(product, path, name=path.name, marks=marks)
    except images.ImageError as error:
        raise CommandError(str(error)) from error


def merchant_of(slug: str) -> Merchant:
    """The merchant of a --merchant option; raises CommandError with the ones there are."""
    merchant = Merchant.objects.filter(slug=slug).first()
    if merchant is None:
        known = ", ".join(Merchant.objects.values_list("slug", flat=True)) or "none yet: import a file first"
        raise CommandError(f"There is no merchant {slug!r}. Known: {known}.")
    return merchant


def products_of(skus: list[str] | None) -> list[Product]:
    """The products of --sku options, or all; raises CommandError for one that does not exist."""
    if not skus:
        return list(Product.objects.all())
    found = {product.sku: product for product in Product.objects.filter(sku__in=skus)}
    missing = [sku for sku in skus if sku not in found]
    if missing:
        raise CommandError(f"No product has SKU {', '.join(missing)}.")
    return [found[sku] for sku in skus]


def _row(video: Video) -> tuple[str, ...]:
    variant = video.variant
    scene = variant.spec["shots"][0]["scene"]
    return variant.product.sku, variant.scenario, variant.locale, variant.hook, scene, variant.reason
