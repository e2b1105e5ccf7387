"""Files with their seal. Only a signed file is placed, and only an approved file is signed; both are held by Postgres.

What was placed before there were seals stays as it is (`not valid`): the rule binds every row from now on.
"""

import django.db.models.deletion
import uuid
from django.db import migrations, models

from accounts.tenancy import tenant_policy

ONLY_WHAT_WAS_APPROVED = migrations.RunSQL(
    sql=[
        "alter table generation_signedfile add constraint only_approved_files_are_signed"
        " foreign key (cut_id, audited_sha256) references generation_approval (cut_id, sha256)",
        "alter table generation_placement drop constraint only_approved_files_are_placed",
        "alter table generation_placement add constraint only_signed_files_are_placed"
        " foreign key (cut_id, sha256) references generation_signedfile (cut_id, sha256) not valid",
    ],
    reverse_sql=[
        "alter table generation_placement drop constraint only_signed_files_are_placed",
        "alter table generation_placement add constraint only_approved_files_are_placed"
        " foreign key (cut_id, sha256) references generation_approval (cut_id, sha256) not valid",
        "alter table generation_signedfile drop constraint only_approved_files_are_signed",
    ],
)
FIND = """
create function find_signed_file(wanted_sha256 text, wanted_streams text)
returns table (sha256 text, audited_sha256 text, streams text, pack jsonb, signed timestamptz, state text, because text)
language sql stable security definer set search_path = public as $$
  select s.sha256, s.audited_sha256, s.streams, s.pack, s.created, v.state,
    coalesce((select max(p.paused_because) from generation_placement p
              where p.cut_id = s.cut_id and p.state = 'paused'), '')
  from generation_signedfile s
    join generation_cut c on c.id = s.cut_id
    join generation_video v on v.id = c.video_id
  where s.sha256 = wanted_sha256 or s.audited_sha256 = wanted_sha256 or s.streams = wanted_streams
  order by (s.sha256 = wanted_sha256) desc, (s.audited_sha256 = wanted_sha256) desc, s.id
  limit 1
$$
"""
"""Everybody may ask about a file that they hold, whichever merchant made it; what a seal says is public."""

class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_api_keys'),
        ('generation', '0003_job_queue'),
    ]

    operations = [
        migrations.CreateModel(
            name='SignedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('audited_sha256', models.CharField(max_length=64)),
                ('sha256', models.CharField(max_length=64)),
                ('streams', models.CharField(db_index=True, max_length=64)),
                ('file', models.FileField(max_length=300, upload_to='videos/')),
                ('pack', models.JSONField(default=dict)),
                ('cut', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='signed', to='generation.cut')),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.merchant')),
            ],
            options={
                'indexes': [models.Index(fields=['sha256'], name='signed_by_hash')],
                'constraints': [models.UniqueConstraint(fields=('cut', 'sha256'), name='signed_identity'), models.UniqueConstraint(fields=('cut', 'audited_sha256'), name='one_seal_per_approved_file')],
            },
        ),
        tenant_policy("generation_signedfile"),
        ONLY_WHAT_WAS_APPROVED,
        migrations.RunSQL(FIND, "drop function find_signed_file(text, text)"),
    ]
