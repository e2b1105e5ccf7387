"""Decisions about kinds of files, feeds by address, when a stage began."""

import django.db.models.deletion
import uuid
from django.db import migrations, models

from accounts.tenancy import tenant_policy


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_webhooks"),
        ("catalog", "0009_rights_and_clips"),
    ]

    operations = [
        migrations.AddField(
            model_name="import",
            name="began",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="import",
            name="began_at",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="import",
            name="columns",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="import",
            name="source_url",
            field=models.CharField(blank=True, max_length=2000),
        ),
        migrations.CreateModel(
            name="FeedSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("signature", models.CharField(max_length=64)),
                ("columns", models.JSONField(blank=True, default=dict)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("units", models.JSONField(blank=True, default=dict)),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.merchant"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("merchant", "signature"), name="one_source_per_columns")
                ],
            },
        ),
        tenant_policy("catalog_feedsource"),
    ]
