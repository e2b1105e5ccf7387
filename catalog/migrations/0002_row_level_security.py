"""Row-level security for the catalog; evidence can be added, never changed or removed, by the app."""

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from accounts.tenancy import tenant_policy

TABLES = [
    "product", "parameter", "sellingpoint", "review", "question", "searchterm",
    "evidence", "image", "import", "importproblem",
]


def make_evidence_append_only(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    role = editor.quote_name(settings.DATABASES["default"]["USER"])
    editor.execute(f"revoke update on catalog_evidence from {role}")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial"), ("accounts", "0002_row_level_security")]

    operations = [
        *(tenant_policy(f"catalog_{table}") for table in TABLES),
        migrations.RunPython(make_evidence_append_only, migrations.RunPython.noop),
    ]
