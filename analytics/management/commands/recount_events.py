"""`manage.py recount_events`: repair. The daily counts of a span of days are made again from the events."""

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import tenancy
from accounts.models import Merchant
from analytics import rollup, services


class Command(BaseCommand):
    help = "Count a merchant's events of some days again and write the reports anew. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--merchant", required=True, help="slug")
        parser.add_argument("--first", type=date.fromisoformat, required=True, help="2026-11-01")
        parser.add_argument("--last", type=date.fromisoformat, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        merchant = Merchant.objects.filter(slug=options["merchant"]).first()
        if merchant is None:
            raise CommandError(f"There is no merchant {options['merchant']!r}.")
        first, last = options["first"], options["last"]
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        with tenancy.merchant_context(merchant.pk):
            dropped = rollup.days_without_events(merchant, days)
            if dropped:
                raise CommandError(f"The events of {dropped[0]} are no longer here: counting would erase its counts.")
            rollup.recount(merchant, days)
            services.learn(merchant)
        self.stdout.write(f"counted {len(days)} days of {merchant.name} again")
