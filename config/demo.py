"""The main job of the demo, step by step: every step calls the same services that the pages call."""

import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle

from django.contrib.auth import get_user_model
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from accounts import tenancy
from accounts.models import Membership, Merchant
from analytics import proposals as analytics_proposals
from analytics import reports, shoppers
from analytics import services as analytics_services
from catalog import services as catalog_services
from catalog.models import Product
from config.processes import Supervisor, home
from generation import selectors, services
from generation.models import Video
from review import selectors as review_selectors
from review import services as review_services

SHOPPERS = 12_000
TASTE = shoppers.Taste(appeal={"scenario=children": 0.35, "scenario=outdoor": -0.2, "hook=question": 0.15})
"""What the simulated shoppers truly like; the ranking has to find it out from their clicks."""
PATIENCE_SECONDS = 1200
"""Without any progress for this long the demo gives up and says where it stood."""
SETTLED = (
    Video.State.REVIEWING, Video.State.NEEDS_PERSON, Video.State.APPROVED, Video.State.PUBLISHED,
    Video.State.REJECTED, Video.State.FAILED,
)  # fmt: skip


class DemoFailed(RuntimeError):
    """The main job cannot go on; the message names the step and the reason."""


@dataclass(frozen=True, kw_only=True)
class Login:
    """Who may open the demo's dashboard."""

    username: str
    password: str


@dataclass(kw_only=True)
class Summary:
    """What the demo did."""

    approved: int = 0
    rejected: int = 0
    waiting: int = 0
    failed: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    restarts: int = 0

    @property
    def is_good(self) -> bool:
        """Four or more approved videos, exactly one rejected (the exaggerated twin), none lost."""
        return self.approved >= 4 and self.rejected == 1 and self.failed == 0


def read_login() -> Login:
    """The login of this folder's demo; made on the first run, kept in a file only its owner can read."""
    path = home() / "login.json"
    if not path.exists():
        path.write_text(json.dumps({"username": "demo", "password": secrets.token_urlsafe(9)}))
        path.chmod(0o600)
    return Login(**json.loads(path.read_text()))


@dataclass(kw_only=True)
class MainJob:
    """Catalog -> plan -> videos -> audit -> approval -> placement -> shoppers -> ranking -> next plan."""

    console: Console
    supervisor: Supervisor
    address: str
    summary: Summary = field(default_factory=Summary)

    def run(self, *, engine: str, products: int) -> Summary:
        """Do everything once; what an earlier run finished is kept and not done again. Raises DemoFailed."""
        merchant = self._merchant()
        with self._step("Catalog"), tenancy.merchant_context(merchant.pk):
            catalog_services.load_demo(merchant=merchant)
        with self._step("Plan"), tenancy.merchant_context(merchant.pk):
            videos = self._plan(engine, products)
        with self._step("Generate, compose, audit"):
            self._watch(merchant, videos)
        with self._step("Approve and place"), tenancy.merchant_context(merchant.pk):
            self._approve_and_place()
        with self._step("Shoppers (simulated)"):
            self._shop(merchant)
        with self._step("Rank and plan again"), tenancy.merchant_context(merchant.pk):
            self._rank(merchant)
        with tenancy.merchant_context(merchant.pk):
            self._count()
            self._print()
        return self.summary

    def _merchant(self) -> Merchant:
        merchant, _ = Merchant.objects.get_or_create(slug="rill", defaults={"name": "Rill & Co. (demo)"})
        login = read_login()
        user, is_new = get_user_model().objects.get_or_create(username=login.username)
        if is_new:
            user.set_password(login.password)
            user.save()
        with tenancy.merchant_context(merchant.pk):
            Membership.objects.get_or_create(merchant=merchant, user=user)
        return merchant

    def _plan(self, engine: str, products: int) -> list[Video]:
        """Four scenarios and the twins for the hero, one scenario for each further product."""
        existing = list(Video.objects.filter(engine=engine))
        if existing:
            services.start(existing)
            return existing
        chosen = list(Product.objects.order_by("id")[:products])
        if not chosen:
            raise DemoFailed("The demo catalog is empty.")
        hero, *others = chosen
        videos = services.plan_product(product=hero, budget=4, engine=engine)
        videos += services.plan_twins(product=hero, engine=engine)
        for product, locale in zip(others, cycle(["en-US", "fr-FR"]), strict=False):
            videos += services.plan_product(product=product, locales=[locale], budget=1, engine=engine)
        services.start(videos)
        return videos

    def _watch(self, merchant: Merchant, videos: Sequence[Video]) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24), TextColumn("{task.fields[stage]}"))
        with Progress(*columns, TimeElapsedColumn(), console=self.console) as bars:
            tasks = {video.pk: bars.add_task(str(video.variant), total=1.0, stage="waiting") for video in videos}
            quiet_since, before = time.monotonic(), ""
            while True:
                self.summary.restarts += len(self.supervisor.check())
                now = self._states(merchant, tasks)
                for pk, (state, stage, fraction) in now.items():
                    bars.update(tasks[pk], completed=fraction, stage=f"{state}: {stage}" if stage else state)
                if all(state in SETTLED and not stage for state, stage, _ in now.values()):
                    break
                if str(now) != before:
                    quiet_since, before = time.monotonic(), str(now)
                if time.monotonic() - quiet_since > PATIENCE_SECONDS:
                    raise DemoFailed(f"Nothing moved for {PATIENCE_SECONDS} s: {now}")
                time.sleep(0.5)

        self._tell_failures(merchant, list(tasks))

    def _tell_failures(self, merchant: Merchant, pks: list[int]) -> None:
        """Say why videos failed; when all did there is nothing to go on with."""
        with tenancy.merchant_context(merchant.pk):
            failed = list(selectors.videos_in(Video.State.FAILED).filter(pk__in=pks))
        for video in failed:
            self.console.print(f"  [red]{video.variant}[/]: {video.error}")
        if failed and len(failed) == len(pks):
            raise DemoFailed("no video could be made; the reasons stand above.")

    def _states(self, merchant: Merchant, tasks: Mapping[int, object]) -> dict[int, tuple[str, str, float]]:
        """State, stage and fraction of each video; an empty stage means that nothing is under way."""
        with tenancy.merchant_context(merchant.pk):
            videos = selectors.videos_in(*Video.State.values).filter(pk__in=list(tasks))
            return {video.pk: _where(video) for video in videos}

    def _approve_and_place(self) -> None:
        login = read_login()
        for video in Video.objects.filter(state=Video.State.REVIEWING):
            if review_selectors.is_ready(video):
                review_services.approve(
                    video=video, approver=login.username, reason="Audit passed; watched in the demo."
                )
        for video in Video.objects.filter(state=Video.State.APPROVED):
            services.publish(video=video, by=login.username)

    def _shop(self, merchant: Merchant) -> None:
        with tenancy.merchant_context(merchant.pk):
            shelf = shoppers.shelf_of(merchant)
        with Progress(TextColumn("{task.description}"), BarColumn(40), console=self.console) as bars:
            task = bars.add_task("impressions, clicks and add-to-carts through the tracking endpoint", total=SHOPPERS)
            tally = shoppers.simulate(
                self.address,
                shelf,
                TASTE,
                impressions=SHOPPERS,
                progress=lambda done, total: bars.update(task, completed=done, total=total),
            )
        self.console.print(f"  {tally.visitors} visitors, {tally.accepted} events counted")

    def _rank(self, merchant: Merchant) -> None:
        analytics_services.learn(merchant)
        analytics_proposals.approve(merchant, analytics_proposals.waiting(merchant), by=read_login().username)
        hero = Product.objects.order_by("id").first()
        if hero is None:
            return
        report = reports.placement_report(hero)
        self.console.print(f"  {report.verdict.sentence}")
        for video in services.plan_product(product=hero, budget=2):
            variant = video.variant
            self.console.print(f"  next: {variant.scenario}, {variant.locale}, {variant.hook} ({variant.reason})")

    def _count(self) -> None:
        states = list(Video.objects.values_list("state", flat=True))
        self.summary.approved = sum(state in (Video.State.APPROVED, Video.State.PUBLISHED) for state in states)
        self.summary.rejected = states.count(Video.State.REJECTED)
        self.summary.waiting = states.count(Video.State.NEEDS_PERSON) + states.count(Video.State.REVIEWING)
        self.summary.failed = states.count(Video.State.FAILED)

    def _print(self) -> None:
        table = Table("Step", "Seconds", title="What the demo did")
        for name, seconds in self.summary.seconds.items():
            table.add_row(name, f"{seconds:.1f}")
        self.console.print(table)
        self.console.print(
            f"  approved {self.summary.approved}, rejected {self.summary.rejected}, waiting for a person"
            f" {self.summary.waiting}, failed {self.summary.failed}, processes restarted {self.summary.restarts}"
        )

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self.console.print(f"[bold]{name}[/]")
        started = time.monotonic()
        yield
        self.summary.seconds[name] = time.monotonic() - started


def _where(video: Video) -> tuple[str, str, float]:
    job = selectors.current_job(video)
    if job is None or video.state == Video.State.FAILED:
        return video.state, "", 1.0
    stages = {"generate": 0.0, "compose": 0.2, "review": 0.75}
    shares = {"generate": 0.2, "compose": 0.55, "review": 0.25}
    fraction = stages[job.kind] + shares[job.kind] * job.progress
    is_settled = job.kind == "review" and job.state == "done"
    return video.state, "" if is_settled else (job.stage or "waiting"), 1.0 if is_settled else fraction
