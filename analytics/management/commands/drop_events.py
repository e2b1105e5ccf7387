"""`manage.py drop_events`: retention. Raw events leave by whole days, for all merchants; their counts stay."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics import partitions

LEAST_DAYS = 30


class Command(BaseCommand):
    help = "Drop the partitions of raw events older than a number of days. Reports read counts and lose nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--keep-days", type=int, required=True, help=f"at least {LEAST_DAYS}")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["keep_days"] < LEAST_DAYS:
            raise CommandError(f"Events of the last {LEAST_DAYS} days are kept: refunds may still follow.")
        before = timezone.now().date() - timedelta(days=options["keep_days"])
        self.stdout.write(f"dropped {partitions.drop_days(before)} days before {before}")
