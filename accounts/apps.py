"""Django app: accounts."""

from typing import Any

from django.apps import AppConfig
from django.core.management import CommandError
from django.db import connections
from django.db.models.signals import pre_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        pre_migrate.connect(_refuse_the_role_of_the_app, sender=self)


def _refuse_the_role_of_the_app(using: str, **_: Any) -> None:
    """Raises CommandError: row-level security does not bind the role that owns the tables."""
    role = connections[using].settings_dict["USER"]
    if role == connections["default"].settings_dict["USER"]:
        raise CommandError(
            f"The tables would belong to {role!r}, the role that the app connects as, and row-level security binds no "
            "owner. Set DATABASE_OWNER_URL to another role and run: manage.py migrate --database owner"
        )
