"""`manage.py open_shop`: a merchant, and the invitation of its first owner."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.urls import reverse

from accounts import seats, tenancy
from accounts.models import Membership, Merchant


class Command(BaseCommand):
    help = "Open a shop, or one that an import made before, and invite a person to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="short name in addresses and in --merchant")
        parser.add_argument("--name", help="what people call it; the slug if left out")
        parser.add_argument("--invite", required=True, metavar="EMAIL", help="who may sign in")
        parser.add_argument("--role", default=Membership.Role.OWNER, choices=Membership.Role.values)

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["slug"]
        merchant, _ = Merchant.objects.get_or_create(slug=slug, defaults={"name": options["name"] or slug})
        with tenancy.merchant_context(merchant.pk):
            _, token = seats.invite(merchant=merchant, email=options["invite"], role=options["role"], by="shell")
        self.stdout.write(f"{merchant} is open. Within seven days, put this behind the dashboard's address:")
        self.stdout.write(reverse("accounts:join", args=[token]))
