"""Keys for programs, and the definer function that finds one before a merchant is known."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from accounts.tenancy import tenant_policy

FIND = """
create function find_api_key(wanted_prefix text)
returns table (id bigint, merchant_id bigint, name text, digest text, scopes text)
language sql stable security definer set search_path = public as $$
  select k.id, k.merchant_id, k.name, k.digest, array_to_string(array(select jsonb_array_elements_text(k.scopes)), ' ')
  from accounts_apikey k
  where k.prefix = wanted_prefix and k.revoked is null and (k.expires is null or k.expires > now())
$$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_row_level_security'),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('name', models.CharField(max_length=80)),
                ('prefix', models.CharField(max_length=16, unique=True)),
                ('digest', models.CharField(max_length=64)),
                ('scopes', models.JSONField(default=list)),
                ('expires', models.DateTimeField(blank=True, null=True)),
                ('last_used', models.DateTimeField(blank=True, null=True)),
                ('revoked', models.DateTimeField(blank=True, null=True)),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.merchant')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        tenant_policy("accounts_apikey"),
        migrations.RunSQL(FIND, "drop function find_api_key(text)"),
    ]
