"""The event table: one partition a day, a default partition that loses nothing, and row-level security on all.

open_event_days    makes the partitions of a span of days; rows that waited in the default partition move over
drop_event_days    retention: drops the partitions before a day, never the last 30
placement_owners   resolves public placement ids before a merchant is known: the only read across merchants

The app's role may not make tables, so the functions run as the owner. Partitions carry no policy of their own:
read directly they show nothing, read through the parent they obey the parent's policy.
"""

from django.db import migrations

from accounts.tenancy import tenant_policy

TABLE = """
create table analytics_event (
  day date not null,
  merchant_id bigint not null,
  event_id uuid not null,
  placement_id bigint not null,
  allocation_id bigint not null default 0,
  visitor bigint not null,
  value_minor bigint not null default 0,
  occurred timestamptz not null,
  received timestamptz not null default now(),
  propensity double precision check (propensity > 0 and propensity <= 1),
  kind varchar(12) not null
    check (kind in ('impression', 'play', 'progress', 'click', 'add_to_cart', 'order', 'refund')),
  source varchar(9) not null check (source in ('live', 'simulated', 'bot')),
  detail varchar(40) not null default '',
  primary key (day, merchant_id, event_id)
) partition by range (day)
"""
RECEIVED = "create index analytics_event_received on analytics_event (merchant_id, received)"
DEFAULT = "create table analytics_event_default partition of analytics_event default"
SHUT_DEFAULT = "alter table analytics_event_default enable row level security"

OPEN_DAYS = """
create function open_event_days(first_day date, last_day date) returns integer
language plpgsql security definer set search_path = public as $$
declare
  one_day date;
  partition text;
  made integer := 0;
begin
  if last_day - first_day > 400 then
    raise exception 'open_event_days: % to % is more than 400 days', first_day, last_day;
  end if;
  perform pg_advisory_xact_lock(hashtext('analytics_event partitions'));
  for one_day in select generate_series(first_day, last_day, interval '1 day')::date loop
    partition := 'analytics_event_' || to_char(one_day, 'YYYYMMDD');
    continue when to_regclass(partition) is not null;
    execute format('create table %I (like analytics_event including defaults including constraints)', partition);
    execute format('with waiting as (delete from analytics_event_default where day = %L returning *)
                    insert into %I select * from waiting', one_day, partition);
    execute format('alter table %I enable row level security', partition);
    execute format('alter table analytics_event attach partition %I for values from (%L) to (%L)',
                   partition, one_day, one_day + 1);
    made := made + 1;
  end loop;
  return made;
end $$
"""

DROP_DAYS = """
create function drop_event_days(before_day date) returns integer
language plpgsql security definer set search_path = public as $$
declare
  partition text;
  dropped integer := 0;
begin
  if before_day > current_date - 30 then
    raise exception 'drop_event_days: events of the last 30 days are kept, % is too recent', before_day;
  end if;
  for partition in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'analytics_event'::regclass and c.relname ~ '^analytics_event_[0-9]{8}$'
      and to_date(right(c.relname, 8), 'YYYYMMDD') < before_day
  loop
    execute format('drop table %I', partition);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$
"""

OWNERS = """
create function placement_owners(public_ids uuid[])
returns table (public_id uuid, placement_id bigint, merchant_id bigint)
language sql stable security definer set search_path = public as $$
  select p.public_id, p.id, p.merchant_id from generation_placement p where p.public_id = any (public_ids)
$$
"""


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_initial"), ("generation", "0002_row_level_security")]

    operations = [
        *(tenant_policy(f"analytics_{table}") for table in ("dailycount", "rollupmark", "allocation")),
        migrations.RunSQL([TABLE, RECEIVED, DEFAULT, SHUT_DEFAULT], "drop table analytics_event"),
        tenant_policy("analytics_event"),
        migrations.RunSQL(OPEN_DAYS, "drop function open_event_days"),
        migrations.RunSQL(DROP_DAYS, "drop function drop_event_days"),
        migrations.RunSQL(OWNERS, "drop function placement_owners"),
        migrations.RunSQL("select open_event_days(current_date - 8, current_date + 8)", migrations.RunSQL.noop),
    ]
