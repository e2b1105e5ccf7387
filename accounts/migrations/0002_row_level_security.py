"""Turns row-level security on and gives the app's role its rights on every table, present and future."""

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from accounts.tenancy import tenant_policy


def grant_to_app(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    role = editor.quote_name(settings.DATABASES["default"]["USER"])
    for statement in (
        f"grant usage on schema public to {role}",
        f"grant select, insert, update, delete on all tables in schema public to {role}",
        f"grant usage, select on all sequences in schema public to {role}",
        f"alter default privileges in schema public grant select, insert, update, delete on tables to {role}",
        f"alter default privileges in schema public grant usage, select on sequences to {role}",
        f"revoke update, delete on accounts_auditlog from {role}",
    ):
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        tenant_policy("accounts_membership", or_own_user=True),
        tenant_policy("accounts_auditlog"),
        migrations.RunPython(grant_to_app, migrations.RunPython.noop),
    ]
