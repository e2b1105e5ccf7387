"""`manage.py recall`: videos that a changed label rule, list of terms or model has overtaken, of every merchant."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table

from accounts import tenancy
from accounts.models import Merchant
from generation import recall


class Command(BaseCommand):
    help = "List what a changed label rule, list of terms or WITHDRAWN_WEIGHTS has overtaken; --pause takes it back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pause", action="store_true", help="pause them; without it they are only listed")

    def handle(self, *args: Any, **options: Any) -> None:
        table = Table("Shop", "Video", "State", "Why", title="Overtaken")
        for merchant in Merchant.objects.order_by("id"):
            with tenancy.merchant_context(merchant.pk):
                for video, because in recall.overtaken():
                    table.add_row(merchant.name, str(video.public_id), video.state, because)
        Console().print(table)
        if options["pause"]:
            taken = sum(len(videos) for _, videos in recall.sweep())
            self.stdout.write(f"{taken} paused. Each shop can make them anew on one click.")
        elif table.row_count:
            self.stdout.write("Nothing is paused yet: run it again with --pause.")
