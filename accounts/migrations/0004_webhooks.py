"""Webhooks and their log, and two definer functions that look across merchants without showing what is told."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models

from accounts.tenancy import tenant_policy


DUE = """
create function due_deliveries(most integer) returns table (merchant_id bigint, delivery_id bigint)
language sql stable security definer set search_path = public as $$
  select d.merchant_id, d.id from accounts_delivery d
  where d.state = 'pending' and d.next_try <= now() order by d.next_try limit most
$$
"""
FORGET = """
create function forget_deliveries(before timestamptz) returns void
language sql security definer set search_path = public as $$
  delete from accounts_delivery where created < before and state <> 'pending'
$$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_api_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('url', models.URLField(max_length=1000)),
                ('secret', models.CharField(max_length=80)),
                ('events', models.JSONField(default=list)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('disabled', models.DateTimeField(blank=True, null=True)),
                ('disabled_because', models.CharField(blank=True, max_length=300)),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.merchant')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('event', models.CharField(max_length=40)),
                ('body', models.TextField()),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('delivered', 'Delivered'), ('failed', 'Failed')], default='pending', max_length=9)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_try', models.DateTimeField(default=django.utils.timezone.now)),
                ('status', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('answer', models.CharField(blank=True, max_length=500)),
                ('milliseconds', models.PositiveIntegerField(blank=True, null=True)),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.merchant')),
                ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='accounts.webhook')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'ordering': ['-id'],
            },
        ),
        migrations.AddConstraint(
            model_name='webhook',
            constraint=models.UniqueConstraint(fields=('merchant', 'url'), name='one_webhook_per_address'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['next_try'], name='delivery_due'),
        ),
        tenant_policy("accounts_webhook"),
        tenant_policy("accounts_delivery"),
        migrations.RunSQL(DUE, "drop function due_deliveries(integer)"),
        migrations.RunSQL(FORGET, "drop function forget_deliveries(timestamptz)"),
    ]
