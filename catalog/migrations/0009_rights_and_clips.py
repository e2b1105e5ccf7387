"""The rights register and real footage."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from accounts.tenancy import tenant_policy


def keep_consents(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """A consent is withdrawn, never deleted, by the app."""
    role = editor.quote_name(settings.DATABASES["default"]["USER"])
    editor.execute(f"revoke delete on catalog_consent from {role}")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_api_keys"),
        ("catalog", "0008_import_outlook"),
    ]

    operations = [
        migrations.CreateModel(
            name="Clip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("file", models.FileField(max_length=300, upload_to="clips/")),
                ("poster", models.FileField(max_length=300, upload_to="clips/")),
                ("name", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("seconds", models.FloatField()),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("fps", models.FloatField()),
                ("has_sound", models.BooleanField(default=False)),
                ("rights", models.CharField(blank=True, max_length=200)),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.merchant"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="catalog.product"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("kind", models.CharField(choices=[("person", "A person"), ("brand", "A brand")], max_length=6)),
                ("name", models.CharField(max_length=120)),
                ("document", models.CharField(max_length=300)),
                (
                    "use",
                    models.CharField(
                        choices=[("any", "Any use"), ("shop", "Own shop only"), ("ads", "Advertising elsewhere only")],
                        default="any",
                        max_length=4,
                    ),
                ),
                ("territory", models.CharField(blank=True, max_length=300)),
                ("begins", models.DateField()),
                ("expires", models.DateField(blank=True, null=True)),
                ("withdrawn", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_because", models.CharField(blank=True, max_length=300)),
                ("recalled", models.DateTimeField(blank=True, null=True)),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.merchant"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ConsentScope",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created", models.DateTimeField(auto_now_add=True)),
                (
                    "clip",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.clip",
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="scopes", to="catalog.consent"
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.image",
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.merchant"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="catalog.product"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddConstraint(
            model_name="clip",
            constraint=models.UniqueConstraint(fields=("product", "sha256"), name="one_clip_per_content"),
        ),
        migrations.AddConstraint(
            model_name="clip",
            constraint=models.CheckConstraint(
                condition=models.Q(("height__gt", 0), ("seconds__gt", 0), ("width__gt", 0)), name="clip_has_a_size"
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("document__length__gt", 0), ("name__length__gt", 0)), name="consent_names_paper"
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("territory", ""), ("territory__regex", "^[A-Z]{2}( [A-Z]{2})*$"), _connector="OR"),
                name="territory_is_countries",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires__isnull", True), ("expires__gte", models.F("begins")), _connector="OR"),
                name="consent_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn__isnull", True), ("withdrawn_because", "")),
                    models.Q(("withdrawn__isnull", False), ("withdrawn_because__length__gt", 0)),
                    _connector="OR",
                ),
                name="withdrawal_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="consentscope",
            constraint=models.UniqueConstraint(
                fields=("consent", "product", "image", "clip"), name="one_scope_per_thing", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="consentscope",
            constraint=models.CheckConstraint(
                condition=models.Q(("image__isnull", True), ("clip__isnull", True), _connector="OR"),
                name="one_thing_per_scope",
            ),
        ),
        *(tenant_policy(f"catalog_{table}") for table in ("clip", "consent", "consentscope")),
        migrations.RunPython(keep_consents, migrations.RunPython.noop),
    ]
