"""Orders and refunds that shop systems send: their addresses, and which video each line belongs to.

find_order_hook   whose address it is and its secret, before a merchant is known: the only read across merchants
The partial index finds a buyer's last click among few rows; impressions, which are most events, are not in it.
"""

import django.db.models.deletion
import uuid
from django.db import migrations, models

from accounts.tenancy import tenant_policy


FIND = """
create function find_order_hook(wanted uuid) returns table (merchant_id bigint, secret text)
language sql stable security definer set search_path = public as $$
  select h.merchant_id, h.secret from analytics_orderhook h where h.public_id = wanted and h.revoked is null
$$
"""
FOLLOWED = """
create index analytics_event_followed on analytics_event (merchant_id, visitor)
where kind in ('click', 'add_to_cart')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_api_keys'),
        ('analytics', '0005_experiments'),
        ('generation', '0003_job_queue'),
    ]

    operations = [
        migrations.CreateModel(
            name='OrderHook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('name', models.CharField(max_length=80)),
                ('secret', models.CharField(max_length=80)),
                ('revoked', models.DateTimeField(null=True)),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.merchant')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='OrderLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('number', models.CharField(max_length=80)),
                ('sku', models.CharField(max_length=120)),
                ('visitor', models.BigIntegerField()),
                ('allocation_id', models.BigIntegerField(default=0)),
                ('propensity', models.FloatField(default=0)),
                ('value_minor', models.BigIntegerField(default=0)),
                ('occurred', models.DateTimeField()),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.merchant')),
                ('placement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='generation.placement')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('merchant', 'number', 'sku'), name='one_line_per_order_and_sku')],
            },
        ),
        tenant_policy('analytics_orderhook'),
        tenant_policy('analytics_orderline'),
        migrations.RunSQL(FIND, "drop function find_order_hook(uuid)"),
        migrations.RunSQL(FOLLOWED, "drop index analytics_event_followed"),
    ]
