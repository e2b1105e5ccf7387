"""Audiences, those held out of ranking, and the news that web processes keep their memory true by.

A statement's row triggers notify of its merchant, once a transaction and only when it commits; truncation, of all (0).
What is listed here is all that a decision rests on: `analytics.serving.Shelf`.
"""

import django.db.models.deletion
import uuid
from django.db import migrations, models

from accounts.tenancy import tenant_policy

TELL = """
create function tell_shelves() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' then
    perform pg_notify('vitrine_shelves', '0');
  elsif tg_op = 'DELETE' then
    perform pg_notify('vitrine_shelves', old.merchant_id::text);
  else
    perform pg_notify('vitrine_shelves', new.merchant_id::text);
  end if;
  return null;
end $$
"""
WATCHED = {
    "generation_placement": "insert or update or delete",
    "generation_video": "update of state",
    "analytics_allocation": "insert or delete",
    "analytics_experiment": "update of state",
    "analytics_audience": "insert or update or delete",
    "catalog_product": "update of sku, locale",
}


def _watch(table: str, when: str) -> migrations.RunSQL:
    changed = "when ((old.sku, old.locale) is distinct from (new.sku, new.locale))" if "sku" in when else ""
    return migrations.RunSQL(
        f"create trigger shelves after {when} on {table} for each row {changed} execute function tell_shelves()",
        f"drop trigger shelves on {table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_api_keys"),
        ("analytics", "0006_orders_in"),
        ("catalog", "0010_feed_sources"),
        ("generation", "0004_signed_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="Audience",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("tag", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=80)),
                ("scenarios", models.JSONField(default=list)),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.merchant"
                    ),
                ),
            ],
            options={"ordering": ["tag"]},
        ),
        migrations.AddConstraint(
            model_name="audience",
            constraint=models.UniqueConstraint(fields=("merchant", "tag"), name="one_audience_per_tag"),
        ),
        tenant_policy("analytics_audience"),
        migrations.RemoveIndex(model_name="allocation", name="newest_allocation"),
        migrations.AddField(
            model_name="allocation", name="audience", field=models.CharField(blank=True, max_length=40)
        ),
        migrations.AddField(model_name="allocation", name="is_holdout", field=models.BooleanField(default=False)),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(
                fields=["product", "channel", "market", "format", "audience", "is_holdout", "-id"],
                name="newest_shares",
            ),
        ),
        migrations.RunSQL(TELL, "drop function tell_shelves"),
        *(_watch(table, when) for table, when in WATCHED.items()),
        migrations.RunSQL(
            "create trigger shelves_emptied after truncate on generation_placement execute function tell_shelves()",
            "drop trigger shelves_emptied on generation_placement",
        ),
    ]
