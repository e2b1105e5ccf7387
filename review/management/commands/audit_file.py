"""`manage.py audit_file FILE --sku SKU --merchant SLUG`: `vitrine-audit` with a product of the catalog for its SPEC."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import tenancy
from accounts.models import Merchant
from catalog import selectors as catalog_selectors
from catalog.assets import AssetError
from catalog.models import Product
from review import job
from review.auditing import Question
from review.observe.media import MediaError
from review.standalone import command, spec
from review.standalone.spec import SpecError


class Command(BaseCommand):
    """Audits a file that may come from anywhere; nothing is stored."""

    help = "Audit a video file. Exit 0 within, 1 exceeds, 3 cannot measure (a person has to look), 2 unusable input."

    def add_arguments(self, parser: CommandParser) -> None:
        command.add_arguments(parser)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("--sku", help="a product of the catalog, instead of --spec")
        parser.add_argument("--merchant", help="the slug of its merchant")
        parser.add_argument("--locale", default="", help="language and market of the file; the product's by default")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"] is None or bool(options["spec"]) == bool(options["sku"] and options["merchant"]):
            raise CommandError("Give FILE and either --spec, or --sku and --merchant.", returncode=command.UNUSABLE)
        try:
            asked = _stored(options) if options["sku"] else _given(options)
            code = command.judge(options["file"], asked, options)
        except (MediaError, SpecError, AssetError) as error:
            raise CommandError(str(error), returncode=command.UNUSABLE) from error
        if code:
            raise SystemExit(code)


def _given(options: dict[str, Any]) -> Question:
    return spec.question(spec.read(options["spec"]), options["photo"], options["file"])


def _stored(options: dict[str, Any]) -> Question:
    merchant = Merchant.objects.filter(slug=options["merchant"]).first()
    if merchant is None:
        raise CommandError(f"There is no merchant {options['merchant']!r}.", returncode=command.UNUSABLE)
    with tenancy.merchant_context(merchant.pk):
        product = Product.objects.filter(sku=options["sku"]).first()
        if product is None:
            raise CommandError(f"{merchant} has no product {options['sku']!r}.", returncode=command.UNUSABLE)
        facts = catalog_selectors.product_facts(product)
    return Question(facts=facts, photo=job.stored_photo(facts), locale=options["locale"] or facts.locale)
