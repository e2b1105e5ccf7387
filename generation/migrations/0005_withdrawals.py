"""Approvals can be withdrawn: a row that is only ever added, and a placement that Postgres refuses from then on."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from accounts.tenancy import tenant_policy

NEVER_LIVE = migrations.RunSQL(
    sql=[
        """
        create function refuse_withdrawn_file() returns trigger language plpgsql as $$
        begin
          if new.state = 'live' and exists (
            select 1 from generation_withdrawal w join generation_approval a on a.id = w.approval_id
            where a.cut_id = new.cut_id)
          then
            raise exception 'withdrawn_files_are_not_placed: the approval of cut % was withdrawn', new.cut_id
              using errcode = 'check_violation';
          end if;
          return new;
        end $$
        """,
        "create trigger withdrawn_files_are_not_placed before insert or update on generation_placement"
        " for each row execute function refuse_withdrawn_file()",
        """
        create function stop_withdrawn_file() returns trigger language plpgsql as $$
        begin
          update generation_placement p set state = 'paused', paused_because = left(new.reason, 300)
          from generation_approval a
          where a.id = new.approval_id and p.cut_id = a.cut_id and p.state = 'live';
          return new;
        end $$
        """,
        "create trigger withdrawn_files_stop after insert on generation_withdrawal"
        " for each row execute function stop_withdrawn_file()",
    ],
    reverse_sql=[
        "drop trigger withdrawn_files_stop on generation_withdrawal",
        "drop function stop_withdrawn_file()",
        "drop trigger withdrawn_files_are_not_placed on generation_placement",
        "drop function refuse_withdrawn_file()",
    ],
)
FIND = """
create function find_signed_file(wanted_sha256 text, wanted_streams text)
returns table (sha256 text, audited_sha256 text, streams text, pack jsonb, signed timestamptz, state text, because text,
  withdrawn timestamptz, withdrawn_by text)
language sql stable security definer set search_path = public as $$
  select s.sha256, s.audited_sha256, s.streams, s.pack, s.created, v.state,
    coalesce(w.reason, (select max(p.paused_because) from generation_placement p
                        where p.cut_id = s.cut_id and p.state = 'paused'), ''),
    w.created, coalesce(w.by, '')
  from generation_signedfile s
    join generation_cut c on c.id = s.cut_id
    join generation_video v on v.id = c.video_id
    join generation_approval a on a.cut_id = s.cut_id and a.sha256 = s.audited_sha256
    left join generation_withdrawal w on w.approval_id = a.id
  where s.sha256 = wanted_sha256 or s.audited_sha256 = wanted_sha256 or s.streams = wanted_streams
  order by (s.sha256 = wanted_sha256) desc, (s.audited_sha256 = wanted_sha256) desc, s.id
  limit 1
$$
"""
"""As before, and whether the approval of the file was withdrawn since."""
FIND_BEFORE = """
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


def only_add(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    role = editor.quote_name(settings.DATABASES["default"]["USER"])
    editor.execute(f"revoke update, delete on generation_withdrawal from {role}")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_api_keys'),
        ('generation', '0004_signed_files'),
    ]

    operations = [
        migrations.AlterField(
            model_name='video',
            name='state',
            field=models.CharField(choices=[('planned', 'Planned'), ('drafting', 'Drafting'), ('drafted', 'Drafted'), ('reviewing', 'Reviewing'), ('needs_person', 'Needs Person'), ('approved', 'Approved'), ('published', 'Published'), ('rejected', 'Rejected'), ('failed', 'Failed'), ('stale', 'Stale'), ('withdrawn', 'Withdrawn'), ('taken_down', 'Taken Down'), ('retired', 'Retired')], default='planned', max_length=12),
        ),
        migrations.CreateModel(
            name='Withdrawal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('by', models.CharField(max_length=150)),
                ('reason', models.TextField()),
                ('approval', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='withdrawal', to='generation.approval')),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.merchant')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('by', ''), _negated=True), models.Q(('reason', ''), _negated=True)), name='withdrawal_says_who_and_why')],
            },
        ),
        tenant_policy("generation_withdrawal"),
        migrations.RunPython(only_add, migrations.RunPython.noop),
        NEVER_LIVE,
        migrations.RunSQL("drop function find_signed_file(text, text)", FIND_BEFORE),
        migrations.RunSQL(FIND, "drop function find_signed_file(text, text)"),
    ]
