"""The queue: fair, leased, fenced. A lost worker loses nothing and nothing happens twice."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import tenancy
from accounts.models import Merchant
from generation import jobs
from generation.models import Job, Video
from tests.factories import make_merchant, make_video

pytestmark = pytest.mark.django_db(transaction=True)


class Recorder:
    """A handler that remembers what was committed, and does whatever the test puts into `work`."""

    committed: list[int] = []
    work: Callable[[Any], Any] = staticmethod(lambda progress: None)

    def load(self, job: Job) -> int:
        return job.pk

    def perform(self, record: int, progress: jobs.Progress) -> int:
        Recorder.work(progress)
        return record

    def commit(self, job: Job, result: int) -> None:
        Recorder.committed.append(result)


@pytest.fixture(autouse=True)
def recorder(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Recorder.committed = []
    Recorder.work = staticmethod(lambda progress: None)
    settings.JOB_HANDLERS = dict.fromkeys(("generate", "compose", "review"), "tests.generation.test_jobs.Recorder")
    monkeypatch.setattr(jobs, "ring", lambda queue: None)


def queue_one(merchant: Merchant, **changes: Any) -> Job:
    with tenancy.merchant_context(merchant.pk):
        job = jobs.enqueue(video=make_video(merchant), kind=Job.Kind.GENERATE)
        Job.objects.filter(pk=job.pk).update(**changes)
        return job


def fresh(merchant: Merchant, job: Job) -> Job:
    with tenancy.merchant_context(merchant.pk):
        return Job.objects.select_related("video").get(pk=job.pk)


def test_a_job_is_performed_and_committed_once(alice: Merchant) -> None:
    job = queue_one(alice)
    assert jobs.run_next("gpu", "w1") is True
    assert jobs.run_next("gpu", "w1") is False
    assert Recorder.committed == [job.pk]
    assert fresh(alice, job).state == Job.State.DONE


def test_enqueueing_twice_is_the_same_as_once(alice: Merchant) -> None:
    job = queue_one(alice)
    with tenancy.merchant_context(alice.pk):
        again = jobs.enqueue(video=Video.objects.get(), kind=Job.Kind.GENERATE)
    assert again.pk == job.pk


def test_a_worker_that_lost_its_lease_commits_nothing(alice: Merchant) -> None:
    job = queue_one(alice)

    def be_overtaken(progress: jobs.Progress) -> None:
        with tenancy.merchant_context(alice.pk):
            Job.objects.filter(pk=job.pk).update(fence=99)

    Recorder.work = staticmethod(be_overtaken)
    jobs.run_next("gpu", "slow")
    assert Recorder.committed == []
    assert fresh(alice, job).state == Job.State.LEASED


def test_the_job_of_a_silent_worker_is_given_to_another(alice: Merchant) -> None:
    job = queue_one(alice)
    jobs._claim("gpu", "killed")
    assert jobs.run_next("gpu", "other") is False
    with tenancy.merchant_context(alice.pk):
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs.release_expired() == ["gpu"]
    assert jobs.run_next("gpu", "other") is True
    assert Recorder.committed == [job.pk]
    assert fresh(alice, job).attempts == 2


def test_the_heartbeat_keeps_a_long_job_alive(alice: Merchant, settings: Any) -> None:
    settings.JOB_LEASE_SECONDS = 1
    job = queue_one(alice)
    stages: list[str] = []

    def take_long(progress: jobs.Progress) -> None:
        progress("Composing", 0.5)
        threading.Event().wait(1.6)
        jobs.release_expired()
        stages.append(fresh(alice, job).stage)

    Recorder.work = staticmethod(take_long)
    jobs.run_next("gpu", "w1")
    assert stages == ["Composing"]
    assert Recorder.committed == [job.pk]


def test_a_failure_is_retried_later_and_then_buried_with_its_reason(alice: Merchant, settings: Any) -> None:
    settings.JOB_MAX_ATTEMPTS = 2
    job = queue_one(alice)

    def fail(progress: jobs.Progress) -> None:
        raise OSError("No space left on device: /media")

    Recorder.work = staticmethod(fail)
    jobs.run_next("gpu", "w1")
    assert fresh(alice, job).state == Job.State.QUEUED
    assert jobs.run_next("gpu", "w1") is False, "it waits before the second try"
    with tenancy.merchant_context(alice.pk):
        Job.objects.update(run_after=timezone.now())
    jobs.run_next("gpu", "w1")
    buried = fresh(alice, job)
    assert (buried.state, buried.video.state) == (Job.State.DEAD, Video.State.FAILED)
    assert buried.video.error == "No space left on device: /media"
    assert Recorder.committed == []


def test_a_permanent_failure_is_not_retried(alice: Merchant) -> None:
    job = queue_one(alice)

    class NoWeights(RuntimeError):
        is_permanent = True

    def fail(progress: jobs.Progress) -> None:
        raise NoWeights("There are no weights in model/weights.")

    Recorder.work = staticmethod(fail)
    jobs.run_next("gpu", "w1")
    assert fresh(alice, job).state == Job.State.DEAD


def test_merchants_take_turns_whoever_came_first(alice: Merchant) -> None:
    first = [queue_one(alice).pk for _ in range(3)]
    bob = make_merchant("Bob's Lamps")
    late = queue_one(bob).pk
    for _ in range(4):
        jobs.run_next("gpu", "w1")
    assert Recorder.committed == [first[0], late, first[1], first[2]]
