"""The platform above its merchants: takedowns, appeals and rulings, and the two lists that operators read.

An operator is a user with `is_staff`. The lists cross merchants, so they are definer functions that answer nobody but an
operator, with a handful of columns; everything else an operator sees or does happens inside one merchant's context.
"""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from accounts.tenancy import tenant_policy

MINE = "merchant_id = (select nullif(current_setting('app.merchant_id', true), '')::bigint)"
IS_OPERATOR = """
create function is_operator() returns boolean language sql stable as $$
  select exists (
    select 1 from auth_user u
    where u.id = nullif(current_setting('app.user_id', true), '')::bigint and u.is_staff and u.is_active)
$$
"""
LIVE_BY_RISK = """
create function live_videos_by_risk(
  w_unmeasured double precision, w_refunds double precision, w_complaints double precision,
  w_stricter double precision, w_history double precision, most integer)
returns table (merchant uuid, shop text, video uuid, product text, locale text, poster text, since timestamptz,
  unmeasured bigint, refunds bigint, complaints bigint, stricter bigint, history bigint, risk double precision)
language sql stable security definer set search_path = public as $$
  with live as (
    select c.video_id, min(p.created) as since
    from generation_placement p join generation_cut c on c.id = p.cut_id
    where p.state = 'live' and is_operator()
    group by c.video_id
  ),
  newest as (
    select distinct on (a.cut_id) a.id, c.video_id
    from review_audit a join generation_cut c on c.id = a.cut_id join live l on l.video_id = c.video_id
    where a.state <> 'running'
    order by a.cut_id, a.id desc
  ),
  found as (
    select n.video_id,
      count(distinct f.rule) filter (where f.severity = 'person' and f.message like 'Cannot measure%') as unmeasured,
      count(distinct f.parameter) filter (where f.rule = 'contradicted' and f.severity = 'person') as stricter
    from newest n join review_finding f on f.audit_id = n.id
    group by n.video_id
  ),
  said as (
    select e.product_id,
      count(*) filter (where e.kind = 'refund') as refunds,
      count(*) filter (where e.kind in ('review', 'question')) as complaints
    from catalog_evidence e
    where e.stance = 'contradicts'
      and e.product_id in (
        select t.product_id from live l
          join generation_video v on v.id = l.video_id join generation_variant t on t.id = v.variant_id)
    group by e.product_id
  ),
  past as (
    select t.merchant_id, count(*) as takedowns
    from review_takedown t
    where not exists (select 1 from review_ruling r where r.takedown_id = t.id and r.verdict = 'lifted')
    group by t.merchant_id
  ),
  told as (
    select m.public_id as merchant, m.name::text as shop, v.public_id as video, d.title::text as product,
      t.locale::text as locale, coalesce(c.poster, '')::text as poster, l.since, coalesce(f.unmeasured, 0) as unmeasured, coalesce(s.refunds, 0) as refunds,
      coalesce(s.complaints, 0) as complaints, coalesce(f.stricter, 0) as stricter,
      coalesce(h.takedowns, 0) as history, v.id
    from live l
      join generation_video v on v.id = l.video_id
      join generation_variant t on t.id = v.variant_id
      join catalog_product d on d.id = t.product_id
      join accounts_merchant m on m.id = v.merchant_id
      left join lateral (
        select poster from generation_cut where video_id = v.id and poster <> '' order by width desc, id limit 1
      ) c on true
      left join found f on f.video_id = v.id
      left join said s on s.product_id = d.id
      left join past h on h.merchant_id = v.merchant_id
  )
  select merchant, shop, video, product, locale, poster, since, unmeasured, refunds, complaints, stricter, history,
    w_unmeasured * unmeasured + w_refunds * refunds + w_complaints * complaints + w_stricter * stricter
      + w_history * history as risk
  from told
  order by risk desc, since desc, id desc
  limit most
$$
"""
OPEN_APPEALS = """
create function open_appeals()
returns table (merchant uuid, shop text, video uuid, product text, rule text, taken_down_by text, operator integer,
  reason text, appealed timestamptz)
language sql stable security definer set search_path = public as $$
  select m.public_id, m.name::text, v.public_id, d.title::text, t.rule::text, t.by::text, t.operator_id, a.reason,
    a.created
  from review_appeal a
    join review_takedown t on t.id = a.takedown_id
    join generation_video v on v.id = t.video_id
    join generation_variant n on n.id = v.variant_id
    join catalog_product d on d.id = n.product_id
    join accounts_merchant m on m.id = t.merchant_id
  where is_operator() and not exists (select 1 from review_ruling r where r.takedown_id = t.id)
  order by a.created, a.id
$$
"""
NEVER_LIVE = migrations.RunSQL(
    sql=[
        """
        create function refuse_taken_down_file() returns trigger language plpgsql as $$
        begin
          if new.state = 'live' and exists (
            select 1 from review_takedown t join generation_cut c on c.video_id = t.video_id
            where c.id = new.cut_id and not exists (
              select 1 from review_ruling r where r.takedown_id = t.id and r.verdict = 'lifted'))
          then
            raise exception 'taken_down_videos_are_not_placed: the platform took the video of cut % down', new.cut_id
              using errcode = 'check_violation';
          end if;
          return new;
        end $$
        """,
        "create trigger taken_down_videos_are_not_placed before insert or update on generation_placement"
        " for each row execute function refuse_taken_down_file()",
        """
        create function stop_taken_down_video() returns trigger language plpgsql as $$
        begin
          update generation_placement p set state = 'paused', paused_because = left(new.reason, 300)
          from generation_cut c where c.id = p.cut_id and c.video_id = new.video_id and p.state = 'live';
          return new;
        end $$
        """,
        "create trigger taken_down_videos_stop after insert on review_takedown"
        " for each row execute function stop_taken_down_video()",
    ],
    reverse_sql=[
        "drop trigger taken_down_videos_stop on review_takedown",
        "drop function stop_taken_down_video()",
        "drop trigger taken_down_videos_are_not_placed on generation_placement",
        "drop function refuse_taken_down_file()",
    ],
)
BY_ANOTHER = migrations.RunSQL(
    sql=[
        "alter table review_ruling add constraint ruling_names_who_took_it_down"
        " foreign key (takedown_id, taken_by_id) references review_takedown (id, operator_id)",
        "alter table review_ruling add constraint ruling_answers_an_appeal"
        " foreign key (takedown_id) references review_appeal (takedown_id)",
    ],
    reverse_sql=[
        "alter table review_ruling drop constraint ruling_answers_an_appeal",
        "alter table review_ruling drop constraint ruling_names_who_took_it_down",
    ],
)


def operators_add(table: str) -> migrations.RunSQL:
    """The merchant reads its own rows; only an operator, inside that merchant, adds one."""
    return migrations.RunSQL(
        sql=[
            f'alter table "{table}" enable row level security',
            f'create policy tenant on "{table}" for select using ({MINE})',
            f'create policy operators_add on "{table}" for insert with check ({MINE} and is_operator())',
        ],
        reverse_sql=[
            f'drop policy operators_add on "{table}"',
            f'drop policy tenant on "{table}"',
            f'alter table "{table}" disable row level security',
        ],
    )


def only_add(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    role = editor.quote_name(settings.DATABASES["default"]["USER"])
    for table in ("review_takedown", "review_appeal", "review_ruling"):
        editor.execute(f"revoke update, delete on {table} from {role}")


def _columns(*own: tuple[str, models.Field]) -> list[tuple[str, models.Field]]:
    return [
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
        ("created", models.DateTimeField(auto_now_add=True)),
        ("merchant", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.merchant")),
        ("by", models.CharField(max_length=150)),
        ("reason", models.TextField()),
        *own,
    ]


def _user() -> models.Field:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)


def _signed(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=~models.Q(by="") & ~models.Q(reason=""), name=name)


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("accounts", "0004_webhooks"),
        ("catalog", "0009_rights_and_clips"),
        ("generation", "0005_withdrawals"),
        ("review", "0003_arena"),
    ]

    operations = [
        migrations.AlterField(
            model_name="decision",
            name="verdict",
            field=models.CharField(
                choices=[
                    ("accept", "Accept"), ("approve", "Approve"), ("reject", "Reject"), ("ask_again", "Ask Again"),
                    ("withdraw", "Withdraw"),
                ],
                max_length=9,
            ),
        ),
        migrations.CreateModel(
            name="Takedown",
            fields=_columns(
                ("video", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="takedowns", to="generation.video")),
                ("operator", _user()),
                ("rule", models.CharField(max_length=40)),
                ("rules_version", models.CharField(max_length=20)),
            ),
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("id", "operator"), name="takedown_identity"),
                    _signed("takedown_says_who_and_why"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=_columns(
                ("takedown", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="appeal", to="review.takedown")),
            ),
            options={"ordering": ["id"], "constraints": [_signed("appeal_says_who_and_why")]},
        ),
        migrations.CreateModel(
            name="Ruling",
            fields=_columns(
                ("takedown", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="ruling", to="review.takedown")),
                ("taken_by", _user()),
                ("operator", _user()),
                ("verdict", models.CharField(choices=[("upheld", "Upheld"), ("lifted", "Lifted")], max_length=6)),
            ),
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(condition=~models.Q(operator=models.F("taken_by")), name="ruled_by_another_operator"),
                    _signed("ruling_says_who_and_why"),
                ],
            },
        ),
        migrations.RunSQL(IS_OPERATOR, "drop function is_operator()"),
        operators_add("review_takedown"),
        tenant_policy("review_appeal"),
        operators_add("review_ruling"),
        migrations.RunPython(only_add, migrations.RunPython.noop),
        BY_ANOTHER,
        NEVER_LIVE,
        migrations.RunSQL(
            LIVE_BY_RISK,
            "drop function live_videos_by_risk(double precision, double precision, double precision, double precision,"
            " double precision, integer)",
        ),
        migrations.RunSQL(OPEN_APPEALS, "drop function open_appeals()"),
    ]
