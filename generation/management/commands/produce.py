"""`manage.py produce`: make every planned video in this process, through the same queue as the workers."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table

from accounts import tenancy
from accounts.models import Merchant
from generation import jobs, selectors, services
from generation.management.commands.plan import merchant_of, products_of
from generation.models import Job, Video
from generation.specs import ENGINES


class Command(BaseCommand):
    help = "Generate, compose and audit planned videos here and now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--merchant", default="rill", help="slug")
        parser.add_argument("--sku", action="append", help="one product; may be repeated; default all")
        parser.add_argument("--engine", choices=ENGINES, help="make the same variants with this engine")

    def handle(self, *args: Any, **options: Any) -> None:
        console, merchant = Console(), merchant_of(options["merchant"])
        with tenancy.merchant_context(merchant.pk):
            videos = _wanted(options["sku"], options["engine"])
            services.start(videos)
        if not videos:
            console.print("Nothing is planned: run `manage.py plan` first.")
            return
        _work(console)
        with tenancy.merchant_context(merchant.pk):
            console.print(_results(merchant, [video.pk for video in videos]))


def _wanted(skus: list[str] | None, engine: str | None) -> list[Video]:
    """Planned videos of the products; with --engine also twins of their variants made by that engine."""
    products = products_of(skus)
    videos = list(Video.objects.filter(variant__product__in=products).select_related("variant"))
    if engine:
        videos = [
            Video.objects.get_or_create(
                variant=video.variant, engine=engine, defaults={"merchant_id": video.merchant_id}
            )[0]
            for video in videos
        ]
    return [video for video in videos if video.state == Video.State.PLANNED]


def _work(console: Console) -> None:
    """Perform jobs of every queue until none is due."""
    with console.status("Making videos") as status:
        while any(jobs.run_next(queue, "produce") for queue in jobs.QUEUES.values()):
            status.update("Making videos: one more stage done")


def _results(merchant: Merchant, pks: list[int]) -> Table:
    table = Table("Video", "Engine", "State", "Files or reason", title=f"Made for {merchant}")
    for video in selectors.videos_in(*Video.State.values).filter(pk__in=pks).order_by("pk"):
        dead = video.jobs.filter(state=Job.State.DEAD).first()
        detail = dead.error if dead else "\n".join(str(cut.file) for cut in video.cuts.all())
        table.add_row(str(video.variant), video.engine, video.state, detail)
    return table
