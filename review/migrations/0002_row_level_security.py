"""Row-level security of review's tables; decisions can be added, never changed."""

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from accounts.tenancy import tenant_policy


def only_add_decisions(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    role = editor.quote_name(settings.DATABASES["default"]["USER"])
    editor.execute(f"revoke update, delete on review_decision from {role}")


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial"), ("accounts", "0002_row_level_security")]

    operations = [
        *(tenant_policy(f"review_{table}") for table in ("audit", "finding", "decision")),
        migrations.RunPython(only_add_decisions, migrations.RunPython.noop),
    ]
