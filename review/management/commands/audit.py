"""`manage.py audit FILE --sku SKU --merchant SLUG`: hold any file against a product of the catalog."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import tenancy
from accounts.models import Merchant
from catalog import selectors as catalog_selectors
from catalog.models import Product
from generation.specs import VideoSpec
from review import auditing, job
from review.auditing import Question, Report
from review.observe.media import MediaError

EXIT = {"passed": 0, "rejected": 1, "needs_person": 3}
"""Exit codes; 2 is an unusable input."""


class Command(BaseCommand):
    """Audits a file that may come from anywhere; nothing is stored."""

    help = "Audit a video file against a product. Exit 0 passed, 1 rejected, 3 needs a person, 2 unusable input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--sku", required=True)
        parser.add_argument("--merchant", required=True, help="the merchant's slug")
        parser.add_argument(
            "--locale", default="", help="language of its text and speech; the product's own by default"
        )
        parser.add_argument("--spec", type=Path, help="plan of the video as JSON, if there is one")
        parser.add_argument("--evidence", type=Path, help="folder for the evidence pictures")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        question = _question(options)
        try:
            report = auditing.audit(options["file"], question, self._progress(options["json"]))
        except MediaError as error:
            raise CommandError(str(error), returncode=2) from error
        if options["evidence"]:
            _keep(report, options["evidence"])
        self.stdout.write(_as_json(report) if options["json"] else _as_text(report))
        if EXIT[report.verdict]:
            raise SystemExit(EXIT[report.verdict])

    def _progress(self, quiet: bool) -> job.Progress:
        def show(stage: str, share: float) -> None:
            if not quiet:
                self.stderr.write(f"\r{share:4.0%} {stage:<24}", ending="")

        return show


def _question(options: dict[str, Any]) -> Question:
    merchant = Merchant.objects.filter(slug=options["merchant"]).first()
    if merchant is None:
        raise CommandError(f"There is no merchant {options['merchant']!r}.", returncode=2)
    with tenancy.merchant_context(merchant.pk):
        product = Product.objects.filter(sku=options["sku"]).first()
        if product is None:
            raise CommandError(f"{merchant} has no product {options['sku']!r}.", returncode=2)
        facts = catalog_selectors.product_facts(product)
    spec = VideoSpec.from_json(options["spec"].read_text()) if options["spec"] else None
    locale = options["locale"] or (spec.locale if spec else facts.locale)
    return Question(facts=facts, photo=job.stored_photo(facts), locale=locale, spec=spec)


def _keep(report: Report, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in report.pictures.items():
        (folder / name).write_bytes(picture)


def _as_json(report: Report) -> str:
    findings = [json.loads(finding.to_json()) for finding in report.findings]
    answer = {"verdict": report.verdict, "seconds": report.seconds, "findings": findings}
    return json.dumps({**answer, "observation": report.observation.to_dict()}, indent=2, ensure_ascii=False)


def _as_text(report: Report) -> str:
    words = {"block": "BLOCK ", "person": "PERSON", "warn": "warn  ", "info": "ok    "}
    lines = [f"\n{report.verdict.replace('_', ' ')} ({report.seconds:.1f} processor seconds)"]
    lines += [f"  {words[finding.severity]} {finding.rule:<15} {finding.message}" for finding in report.findings]
    return "\n".join(lines)
