"""`manage.py operator`: make, list and dismiss operators of the platform."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import selectors


class Command(BaseCommand):
    help = "Make a user an operator of the platform (asks for a password if the user is new), or dismiss one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="user name; without one, operators are listed")
        parser.add_argument("--dismiss", action="store_true", help="take the role away")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["name"] is None:
            for user in User.objects.filter(is_staff=True).order_by("username"):
                self.stdout.write(f"{user.username}  {user.get_full_name()}")
        elif options["dismiss"]:
            if not User.objects.filter(username=options["name"], is_staff=True).update(is_staff=False):
                raise CommandError(f"{options['name']} is no operator.")
        else:
            self._make(options["name"])

    @transaction.atomic
    def _make(self, name: str) -> None:
        user = User.objects.filter(username=name).first()
        if user is not None and selectors.seat_of(user) is not None:
            raise CommandError(f"{name} has a seat in a shop: an operator needs an account of their own.")
        user = user or User.objects.create_user(name, password=getpass.getpass(f"Password for {name}: "))
        user.is_staff = True
        user.save()
        self.stdout.write(f"{name} is an operator: sign in, and the platform's queue opens.")
