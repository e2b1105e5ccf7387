"""`manage.py export_preferences`: pairs of videos of which shoppers preferred one, a JSON object a line."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import tenancy
from accounts.models import Merchant
from analytics import preferences
from analytics.stats.funnel import SURE


class Command(BaseCommand):
    help = "Write pairs of videos of one product, with their evidence, for tuning the model (JSON Lines)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--merchant", required=True, help="slug")
        parser.add_argument("--out", type=Path, help="file to write; standard output without it")
        parser.add_argument("--sure", type=float, default=SURE, help=f"chance that it is no luck, from {SURE}")
        parser.add_argument("--with-simulated", action="store_true", help="include products with simulated shoppers")

    def handle(self, *args: Any, **options: Any) -> None:
        merchant = Merchant.objects.filter(slug=options["merchant"]).first()
        if merchant is None:
            raise CommandError(f"There is no merchant {options['merchant']!r}.")
        if not SURE <= options["sure"] < 1:
            raise CommandError(f"--sure is a chance from {SURE} to below 1, not {options['sure']}.")
        with tenancy.merchant_context(merchant.pk):
            found = preferences.pairs(merchant, sure=options["sure"], with_simulated=options["with_simulated"])
            lines = [json.dumps(pair, sort_keys=True) for pair in found]
        text = "".join(f"{line}\n" for line in lines)
        if options["out"]:
            options["out"].write_text(text)
        else:
            self.stdout.write(text, ending="")
        print(f"{len(lines)} pairs", file=sys.stderr)
