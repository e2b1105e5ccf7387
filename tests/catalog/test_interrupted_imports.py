"""Imports that stop in the middle: killed, paused, cancelled, run twice. Not a row is lost and none is stored twice."""

import io
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.db import connections
from django.utils import timezone

from accounts import tenancy
from accounts.models import Merchant
from catalog import services, sources, tasks
from catalog.models import Import, ImportProblem, Parameter, Product
from config import embedded

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 600
SLOW_WORKER = """
import sys, time
import django
django.setup()
from accounts import tenancy
from catalog import services, sources
from catalog.models import Import
sources.CHUNK = 20
merchant, batch, work = int(sys.argv[1]), int(sys.argv[2]), getattr(services, sys.argv[3])
with tenancy.merchant_context(merchant):
    one = Import.objects.select_related("merchant").get(pk=batch)
work(batch=one, progress=lambda *step: time.sleep(0.05))
"""


def feed(rows: int) -> str:
    lines = [f"S-{number},Pump {number},{number % 7},{number % 50 + 1} cm" for number in range(rows)]
    return "\n".join(["sku,title,price,height", *lines])


def received(merchant: Merchant, rows: int = ROWS) -> Import:
    return services.keep(merchant=merchant, file=io.BytesIO(feed(rows).encode()), name="list.csv")


def fresh(batch: Import) -> Import:
    with tenancy.merchant_context(batch.merchant_id):
        return Import.objects.select_related("merchant").get(pk=batch.pk)


def kill_in_the_middle(batch: Import, addresses: embedded.Addresses, home: Path, work: str) -> None:
    """Let a worker of its own do it, and kill it with no chance to clean up."""
    name = connections["default"].settings_dict["NAME"]
    urls = embedded.Addresses(
        embedded.on_database(addresses.database, name), embedded.on_database(addresses.owner, name), addresses.broker
    )
    environment = {**os.environ, **urls.environment(), "VITRINE_HOME": str(home)}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    command = [sys.executable, "-c", SLOW_WORKER, str(batch.merchant_id), str(batch.pk), work]
    worker = subprocess.Popen(command, env=environment)
    deadline = time.monotonic() + 60
    while fresh(batch).done < 100 and worker.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert worker.poll() is None
    worker.send_signal(signal.SIGKILL)
    worker.wait(timeout=30)


def counts(merchant: Merchant) -> tuple[int, int, int]:
    with tenancy.merchant_context(merchant.pk):
        return Product.objects.count(), Parameter.objects.count(), ImportProblem.objects.count()


def stand_still(batch: Import) -> None:
    with tenancy.merchant_context(batch.merchant_id):
        Import.objects.filter(pk=batch.pk).update(stepped=timezone.now() - timedelta(minutes=3))


@pytest.fixture
def addresses(request: pytest.FixtureRequest) -> embedded.Addresses:
    """The servers of this run, for workers in processes of their own."""
    found: embedded.Addresses = request.getfixturevalue("services")
    return found


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[int]]]:
    """Messages that would go to the broker."""
    messages: list[tuple[str, list[int]]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args: messages.append((name, args)))
    return messages


def test_a_killed_import_is_swept_and_ends_with_exact_counts(
    alice: Merchant, addresses: embedded.Addresses, tmp_path: Path, rung: list[tuple[str, list[int]]]
) -> None:
    batch = services.check_import(batch=received(alice))
    services.confirm(batch=batch)
    kill_in_the_middle(batch, addresses, tmp_path, "run_import")
    left = fresh(batch)
    assert left.state == "running"
    assert 100 <= left.done < ROWS
    assert counts(alice)[0] == left.done
    rung.clear()
    assert services.sweep() == 0
    stand_still(batch)
    assert services.sweep() == 1
    assert services.sweep() == 0
    assert rung == [("catalog.tasks.import_batch", [alice.pk, batch.pk])]
    tasks.import_batch(alice.pk, batch.pk)
    done = fresh(batch)
    assert (done.state, done.done, done.added, done.same) == ("done", ROWS, ROWS, 0)
    assert counts(alice)[:2] == (ROWS, ROWS)
    tasks.import_batch(alice.pk, batch.pk)
    assert counts(alice)[:2] == (ROWS, ROWS)


def test_a_killed_check_is_swept_and_keeps_each_problem_once(
    alice: Merchant, addresses: embedded.Addresses, tmp_path: Path, rung: list[tuple[str, list[int]]]
) -> None:
    batch = received(alice)
    kill_in_the_middle(batch, addresses, tmp_path, "check_import")
    assert fresh(batch).state == "received"
    assert 0 < counts(alice)[2] < ROWS // 7
    stand_still(batch)
    services.sweep()
    assert rung == [("catalog.tasks.check_batch", [alice.pk, batch.pk])]
    tasks.check_batch(alice.pk, batch.pk)
    checked = fresh(batch)
    free = len(range(0, ROWS, 7))
    assert (checked.state, checked.rows, checked.done) == ("checked", ROWS, 0)
    assert (checked.ready, checked.warned, checked.refused) == (ROWS - free, free, 0)
    assert counts(alice) == (0, 0, free)


def test_of_two_runs_at_once_one_gives_way(alice: Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "CHUNK", 100)
    batch = services.check_import(batch=received(alice))
    other = fresh(batch)

    def overtake(stage: str, done: int, total: int) -> None:
        if stage == "store" and done == 200:
            services.run_import(batch=other)

    with pytest.raises(services.ImportStopped, match="another process runs it"):
        services.run_import(batch=batch, progress=overtake)
    assert (fresh(batch).state, fresh(batch).added) == ("done", ROWS)
    assert counts(alice)[:2] == (ROWS, ROWS)


def test_of_two_checks_at_once_the_later_one_goes_on(alice: Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "CHUNK", 100)
    batch = received(alice)
    other = fresh(batch)

    def overtake(stage: str, done: int, total: int) -> None:
        if done == 200:
            services.check_import(batch=other)

    with pytest.raises(services.ImportStopped):
        services.check_import(batch=batch, progress=overtake)
    assert (fresh(batch).state, fresh(batch).rows) == ("checked", ROWS)
    assert counts(alice)[2] == len(range(0, ROWS, 7))


def test_a_paused_import_goes_on_where_it_was(
    alice: Merchant, monkeypatch: pytest.MonkeyPatch, rung: list[tuple[str, list[int]]]
) -> None:
    monkeypatch.setattr(sources, "CHUNK", 100)
    batch = services.check_import(batch=received(alice))
    with pytest.raises(services.ImportStopped):
        services.run_import(batch=batch, progress=lambda *step: services.pause(batch=fresh(batch)))
    assert (fresh(batch).state, fresh(batch).done, counts(alice)[0]) == ("checked", 100, 100)
    assert services.confirm(batch=fresh(batch))
    tasks.import_batch(alice.pk, batch.pk)
    assert (fresh(batch).state, fresh(batch).added, counts(alice)[0]) == ("done", ROWS, ROWS)


def test_a_cancelled_import_keeps_what_is_stored_and_says_how_much(
    alice: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "CHUNK", 100)
    batch = services.check_import(batch=received(alice))
    with pytest.raises(services.ImportStopped):
        services.run_import(batch=batch, progress=lambda *step: services.cancel(batch=fresh(batch), by="ann"))
    ended = fresh(batch)
    assert (ended.state, ended.done, counts(alice)[0]) == ("failed", 100, 100)
    assert ended.error == (
        "Stopped by ann with 100 of 600 rows stored. Upload the file again to go on: what is stored changes nothing."
    )
    assert services.cancel(batch=ended, by="ann") is False
