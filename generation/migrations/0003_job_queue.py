"""The queue's three definer functions: the only code that sees jobs of every merchant.

claim_job       leases the next due job of a queue, the merchant with the least virtual time first
open_lane       gives a merchant a lane, no further behind than the busiest lanes (start-time fair queueing)
release_expired requeues jobs whose worker went silent; those out of attempts become dead and are reported
"""

from django.db import migrations

CLAIM = """
create function claim_job(wanted_queue text, worker_name text, lease_seconds integer)
returns table (job_id bigint, job_merchant_id bigint, job_fence integer)
language plpgsql security definer set search_path = public as $$
declare chosen record;
begin
  select j.id, j.cost, l.id as lane_id into chosen
  from (select * from generation_lane where queue = wanted_queue order by virtual_time, id) l
  cross join lateral (
    select id, cost from generation_job
    where merchant_id = l.merchant_id and queue = wanted_queue and state = 'queued' and run_after <= now()
    order by run_after, id limit 1 for update skip locked
  ) j
  limit 1;
  if not found then return; end if;
  update generation_lane set virtual_time = virtual_time + chosen.cost / weight where id = chosen.lane_id;
  return query
    update generation_job
    set state = 'leased', worker = worker_name, fence = fence + 1, attempts = attempts + 1,
        lease_until = now() + make_interval(secs => lease_seconds), started = coalesce(started, now()), error = ''
    where id = chosen.id
    returning id, merchant_id, fence;
end $$
"""

OPEN_LANE = """
create function open_lane(wanted_queue text) returns void
language plpgsql security definer set search_path = public as $$
declare
  mine bigint := nullif(current_setting('app.merchant_id', true), '')::bigint;
  floor_time double precision := (
    select coalesce(min(l.virtual_time), 0) from generation_lane l
    where l.queue = wanted_queue and exists (
      select 1 from generation_job j
      where j.merchant_id = l.merchant_id and j.queue = wanted_queue and j.state = 'queued'));
begin
  insert into generation_lane (merchant_id, public_id, created, queue, virtual_time, weight)
  values (mine, gen_random_uuid(), now(), wanted_queue, floor_time, 1)
  on conflict (merchant_id, queue) do update
    set virtual_time = greatest(generation_lane.virtual_time, excluded.virtual_time);
end $$
"""

RELEASE = """
create function release_expired(max_attempts integer)
returns table (job_id bigint, job_merchant_id bigint, is_dead boolean, job_queue text)
language plpgsql security definer set search_path = public as $$
begin
  return query
    update generation_job j
    set state = case when j.attempts >= max_attempts then 'dead' else 'queued' end,
        error = 'The worker ' || j.worker || ' went silent.', lease_until = null, run_after = now()
    where j.id in (select id from generation_job where state = 'leased' and lease_until < now() for update skip locked)
    returning j.id, j.merchant_id, j.state = 'dead', j.queue::text;
end $$
"""

DUE = """
create function due_jobs() returns table (job_queue text, due bigint)
language sql security definer set search_path = public as $$
  select queue::text, count(*) from generation_job where state = 'queued' and run_after <= now() group by queue
$$
"""


class Migration(migrations.Migration):
    dependencies = [("generation", "0002_row_level_security")]

    operations = [
        migrations.RunSQL(CLAIM, "drop function claim_job"),
        migrations.RunSQL(OPEN_LANE, "drop function open_lane"),
        migrations.RunSQL(RELEASE, "drop function release_expired"),
        migrations.RunSQL(DUE, "drop function due_jobs"),
    ]
