"""`manage.py api_key`: make, list and revoke keys for a merchant's programs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from accounts import keys, tenancy
from accounts.models import ApiKey, Merchant


class Command(BaseCommand):
    help = "Make an API key (shown once), list keys, or revoke one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--merchant", required=True, help="slug")
        parser.add_argument("--name", help="what the key is for; makes one")
        parser.add_argument("--scope", action="append", default=[], choices=list(keys.SCOPES), help="may be repeated")
        parser.add_argument("--days", type=int, default=365, help="until it expires; 0 for never")
        parser.add_argument("--revoke", metavar="PREFIX", help="make this key worthless")

    def handle(self, *args: Any, **options: Any) -> None:
        merchant = Merchant.objects.filter(slug=options["merchant"]).first()
        if merchant is None:
            raise CommandError(f"There is no merchant {options['merchant']!r}.")
        with tenancy.merchant_context(merchant.pk):
            if options["revoke"]:
                self._revoke(options["revoke"])
            elif options["name"]:
                self._issue(merchant, options)
            Console().print(_table())

    def _issue(self, merchant: Merchant, options: dict[str, Any]) -> None:
        try:
            _, token = keys.issue(
                merchant=merchant,
                name=options["name"],
                scopes=options["scope"],
                by="shell",
                days=options["days"] or None,
            )
        except ValueError as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{token}\nKeep it: it is not shown again.")

    def _revoke(self, prefix: str) -> None:
        key = ApiKey.objects.filter(prefix=prefix).first()
        if key is None:
            raise CommandError(f"No key begins with vt_{prefix}_.")
        if not keys.revoke(key=key, by="shell"):
            raise CommandError(f"vt_{prefix}_ was revoked before.")


def _table() -> Table:
    table = Table("Key", "For", "Scopes", "Expires", "Last used", "State")
    for key in ApiKey.objects.all():
        expires = key.expires.date().isoformat() if key.expires else "never"
        used = key.last_used.date().isoformat() if key.last_used else "never"
        table.add_row(
            f"vt_{key.prefix}_…", key.name, " ".join(key.scopes), expires, used, "revoked" if key.revoked else "valid"
        )
    return table
