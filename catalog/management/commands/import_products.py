"""`manage.py import_products FILE|URL`: check a merchant's file, show what was found, store what is usable."""

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

from accounts import outbound, tenancy
from accounts.models import Merchant
from catalog import feeds, selectors, services, sources
from catalog.ingest import choices
from catalog.ingest.records import UnreadableFileError
from catalog.models import Import

UNDERSTOOD, NOT_UNDERSTOOD = 0, 2
SHOWN = 12
COUNTS = ("rows", "ready", "warned", "refused", "added", "changed", "same", "pictures")


class Command(BaseCommand):
    help = "Import products, reviews, questions or pictures from any shop's export."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", help="CSV, TSV, XLSX, JSON, JSON Lines, XML, or a ZIP with pictures; or https://..."
        )
        parser.add_argument("--merchant", default="rill", help="slug; created when it does not exist")
        parser.add_argument("--images", type=Path, help="folder with the pictures that the list names")
        parser.add_argument("--map", action="append", default=[], metavar="COLUMN=FIELD", help="what a column means")
        parser.add_argument("--currency", default="", help="of prices that name none, such as EUR")
        parser.add_argument("--fetch", action="store_true", help="fetch the pictures that the list names by address")
        parser.add_argument("--dry-run", action="store_true", help="judge every row, store nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        is_address = options["file"].startswith(("http://", "https://"))
        path = Path(options["file"])
        if is_address:
            _refuse_what_is_never_opened(options["file"])
        elif not path.is_file():
            raise CommandError(f"There is no file {path}.", returncode=NOT_UNDERSTOOD)
        if options["images"] and not options["images"].is_dir():
            raise CommandError(f"There is no folder {options['images']}.", returncode=NOT_UNDERSTOOD)
        merchant = _merchant(options["merchant"])
        with _Bars(quiet=options["json"]) as bars:
            batch = _received(merchant, options["file"] if is_address else path)
            _imported(batch, options, bars)
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


def _refuse_what_is_never_opened(address: str) -> None:
    try:
        outbound.checked(address)
    except outbound.OutboundError as problem:
        raise CommandError(str(problem), returncode=NOT_UNDERSTOOD) from problem


def _merchant(slug: str) -> Merchant:
    plain = slugify(slug) or "merchant"
    return Merchant.objects.get_or_create(slug=plain, defaults={"name": slug})[0]


def _received(merchant: Merchant, source: Path | str) -> Import:
    if isinstance(source, str):
        return feeds.keep_address(merchant=merchant, url=source)
    with source.open("rb") as file:
        return services.keep(merchant=merchant, file=file, name=source.name)


def _imported(batch: Import, options: dict[str, Any], bars: "_Bars") -> None:
    pairs = [text.rpartition("=") for text in options["map"]]
    if pairs or options["currency"]:
        chosen = choices.Choices(columns={name: field for name, _, field in pairs}, currency=options["currency"])
        try:
            feeds.bring(batch)
            feeds.decide(merchant=batch.merchant, columns=sources.columns_of(batch), chosen=chosen)
        except (choices.ChoiceError, UnreadableFileError) as problem:
            raise CommandError(str(problem), returncode=NOT_UNDERSTOOD) from problem
    if options["dry_run"]:
        services.check_import(batch=batch, images=options["images"], progress=bars.tell)
        return
    services.process(batch=batch, images=options["images"], progress=bars.tell)
    if options["fetch"] and batch.state == Import.State.DONE:
        services.fetch_pictures(batch=batch, progress=bars.tell)


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
