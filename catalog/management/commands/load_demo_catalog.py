"""`manage.py load_demo_catalog`: our own products into a merchant's catalog, through the import any file takes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import Merchant
from catalog import services


class Command(BaseCommand):
    help = "Load the demo catalog; loading it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--merchant", default="rill", help="slug; created when it does not exist")

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["merchant"]
        merchant, _ = Merchant.objects.get_or_create(slug=slug, defaults={"name": slug.title()})
        batch = services.load_demo(merchant=merchant)
        self.stdout.write(
            f"{batch.rows} products: {batch.added} new, {batch.changed} changed, {batch.same} as before; "
            f"{batch.pictures} pictures attached."
        )
