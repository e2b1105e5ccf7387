"""`manage.py import_products FILE`: check a merchant's file, show what was found, store what is usable."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from accounts import tenancy
from accounts.models import Merchant
from catalog import selectors, services
from catalog.models import Import

UNDERSTOOD, NOT_UNDERSTOOD = 0, 2
SHOWN = 12
COUNTS = ("rows", "ready", "warned", "refused", "added", "changed", "same", "pictures")


class Command(BaseCommand):
    help = "Import products, reviews, questions or pictures from any shop's export."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV, TSV, XLSX, JSON, JSON Lines, XML, or a ZIP with pictures")
        parser.add_argument("--merchant", default="rill", help="slug; created when it does not exist")
        parser.add_argument("--images", type=Path, help="folder with the pictures that the list names")
        parser.add_argument("--dry-run", action="store_true", help="judge every row, store nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.", returncode=NOT_UNDERSTOOD)
        if options["images"] and not options["images"].is_dir():
            raise CommandError(f"There is no folder {options['images']}.", returncode=NOT_UNDERSTOOD)
        merchant = _merchant(options["merchant"])
        with _Bars(quiet=options["json"]) as bars:
            batch = _imported(merchant, path, options, bars)
        if batch.state == Import.State.FAILED:
            if options["json"]:
                self.stdout.write(json.dumps({"file": path.name, "understood": False, "error": batch.error}))
            self.stderr.write(batch.error)
            sys.exit(NOT_UNDERSTOOD)
        with tenancy.merchant_context(merchant.pk):
            groups = selectors.problem_groups(selectors.import_problems(batch))
        self._print(batch, groups, as_json=options["json"], dry_run=options["dry_run"])

    def _print(self, batch: Import, groups: list[selectors.ProblemGroup], *, as_json: bool, dry_run: bool) -> None:
        counts = {name: getattr(batch, name) for name in COUNTS}
        if as_json:
            record = {
                "file": batch.name,
                "understood": True,
                "dialect": batch.dialect,
                "detected": batch.detected,
                **counts,
            }
            reasons = [{**group.__dict__} for group in groups]
            self.stdout.write(json.dumps({**record, "dry_run": dry_run, "reasons": reasons}, ensure_ascii=False))
            return
        console = Console()
        console.print(f"[bold]{batch.name}[/]  {batch.detected}")
        console.print(_counts_table(counts, dry_run=dry_run))
        for line in _reason_lines(groups):
            console.print(line, highlight=False)


def _merchant(slug: str) -> Merchant:
    plain = slugify(slug) or "merchant"
    return Merchant.objects.get_or_create(slug=plain, defaults={"name": slug})[0]


def _imported(merchant: Merchant, path: Path, options: dict[str, Any], bars: "_Bars") -> Import:
    with path.open("rb") as file:
        if not options["dry_run"]:
            return services.import_file(
                merchant=merchant, file=file, name=path.name, images=options["images"], progress=bars.tell
            )
        batch = services.keep(merchant=merchant, file=file, name=path.name)
    return services.check_import(batch=batch, images=options["images"], progress=bars.tell)


def _counts_table(counts: dict[str, int], *, dry_run: bool) -> Table:
    table = Table(show_edge=False)
    names = COUNTS[:4] if dry_run else COUNTS
    for name in names:
        table.add_column(name, justify="right")
    table.add_row(*(f"{counts[name]:,}" for name in names))
    return table


def _reason_lines(groups: list[selectors.ProblemGroup]) -> Iterator[str]:
    """Two lines a reason: what, how often and where; then the way out."""
    for group in groups[:SHOWN]:
        rows = ", ".join(str(row) for row in group.rows) + (" …" if group.count > len(group.rows) else "")
        colour = "red" if group.severity == "refused" else "yellow"
        yield f"[{colour}]{group.severity:>8}[/] {group.count:>6,} × {escape(group.reason)} [dim](row {rows})[/]"
        yield f"{'':17}[dim]{escape(group.suggestion)}[/]"
    if len(groups) > SHOWN:
        more = sum(group.count for group in groups[SHOWN:])
        yield f"{'':8} {more:>6,} × further problems, all of them on the import's page"


class _Bars:
    """A progress bar a stage, with what is left; silent for machines."""

    def __init__(self, *, quiet: bool) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "_Bars":
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def tell(self, stage: str, done: int, total: int) -> None:
        """`catalog.services.Progress`."""
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage)
        self._progress.update(self._tasks[stage], completed=done, total=total or None)
