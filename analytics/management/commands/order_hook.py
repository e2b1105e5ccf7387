"""`manage.py order_hook`: make, list and revoke the addresses to which a shop system sends its orders."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from accounts import tenancy
from accounts.models import Merchant
from analytics import order_hooks
from analytics.models import OrderHook


class Command(BaseCommand):
    help = "Make an address for orders and refunds with its secret, list them, or revoke one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--merchant", required=True, help="slug")
        parser.add_argument("--name", help="which shop system it is for; makes one")
        parser.add_argument("--revoke", type=UUID, metavar="ID", help="believe nothing that comes there any more")

    def handle(self, *args: Any, **options: Any) -> None:
        merchant = Merchant.objects.filter(slug=options["merchant"]).first()
        if merchant is None:
            raise CommandError(f"There is no merchant {options['merchant']!r}.")
        with tenancy.merchant_context(merchant.pk):
            if options["revoke"]:
                hook = OrderHook.objects.filter(public_id=options["revoke"]).first()
                if hook is None or not order_hooks.revoke(hook=hook, by="shell"):
                    raise CommandError(f"No address {options['revoke']} is in use.")
            if options["name"]:
                made = order_hooks.add(merchant=merchant, name=options["name"], by="shell")
                self.stdout.write(f"secret: {made.secret}")
            for hook in OrderHook.objects.all():
                state = "revoked" if hook.revoked else "in use"
                self.stdout.write(f"{reverse('analytics:order_hook', args=[hook.public_id])}  {hook.name}  {state}")
