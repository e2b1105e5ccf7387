"""Seats kept free for people who are invited."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from accounts.tenancy import tenant_policy


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_webhooks'),
    ]

    operations = [
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('email', models.CharField(max_length=254)),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('editor', 'Editor'), ('reviewer', 'Reviewer')], max_length=10)),
                ('by', models.CharField(max_length=150)),
                ('expires', models.DateTimeField()),
                ('accepted', models.DateTimeField(blank=True, null=True)),
                ('withdrawn', models.DateTimeField(blank=True, null=True)),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.merchant')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        tenant_policy("accounts_invitation"),
    ]
