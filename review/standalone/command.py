"""`vitrine-audit FILE --spec SPEC.json`: hold a video file against a specification, from anywhere.

Exit 0 within, 1 exceeds, 3 cannot measure (a person has to look), 2 unusable input.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from catalog.assets import AssetError
from review import auditing
from review.auditing import Question, Report
from review.checks.base import Verdict
from review.observe.media import MediaError
from review.standalone import page, spec
from review.standalone.spec import SpecError

EXIT: dict[Verdict, int] = {"passed": 0, "rejected": 1, "needs_person": 3}
UNUSABLE = 2
VERDICTS: dict[Verdict, str] = {"passed": "within", "rejected": "exceeds", "needs_person": "cannot measure"}
_MARKS = {"block": "EXCEEDS", "person": "PERSON ", "warn": "warn   ", "info": "ok     "}


def main(arguments: Sequence[str] | None = None) -> int:
    """The program; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="vitrine-audit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_arguments(parser)
    options = parser.parse_args(arguments)
    if options.schema:
        sys.stdout.write(json.dumps(spec.schema(options.schema), indent=2) + "\n")
        return 0
    if options.file is None or options.spec is None:
        parser.error("FILE and --spec are needed")
    try:
        told = spec.read(options.spec)
        return judge(options.file, spec.question(told, options.photo, options.file), vars(options))
    except (MediaError, SpecError, AssetError) as error:
        sys.stderr.write(f"\n{error}\n")
        return UNUSABLE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that the program and `manage.py audit_file` share."""
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE")
    parser.add_argument("--spec", type=Path, help="what the product is and does, as JSON (see --schema spec)")
    parser.add_argument(
        "--photo", type=Path, action="append", default=[], help="the product alone; again for other sides of it"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON (see --schema report)")
    parser.add_argument("--html", action="store_true", help="print the report as one HTML page")
    parser.add_argument("--out", type=Path, help="write the report there instead")
    parser.add_argument("--evidence", type=Path, help="folder for the evidence pictures")
    parser.add_argument("--schema", choices=("spec", "report"), help="print a JSON schema and end")


def judge(file: Path, question: Question, options: dict[str, Any]) -> int:
    """Audit the file, print or write the report, and return the exit code. Raises MediaError."""
    report = auditing.audit(file, question, _progress)
    sys.stderr.write("\r" + " " * 40 + "\r")
    if options["evidence"]:
        options["evidence"].mkdir(parents=True, exist_ok=True)
        for name, picture in report.pictures.items():
            (options["evidence"] / name).write_bytes(picture)
    verdict = VERDICTS[report.verdict]
    if options["html"]:
        told = page.html(file.name, verdict, report, question)
    else:
        told = as_json(file, report) if options["json"] else as_text(file, report)
    if options["out"]:
        options["out"].write_text(told)
    else:
        sys.stdout.write(told + "\n")
    return EXIT[report.verdict]


def as_json(file: Path, report: Report) -> str:
    """The report after `report.schema.json`."""
    observation = report.observation
    return json.dumps(
        {
            "file": file.name,
            "sha256": observation.sha256,
            "verdict": VERDICTS[report.verdict],
            "findings": [json.loads(finding.to_json()) for finding in report.findings],
            "cannot_measure": list(observation.unread),
            "cpu_seconds": report.seconds,
            "observation": observation.to_dict(),
        },
        indent=2,
        ensure_ascii=False,
    )


def as_text(file: Path, report: Report) -> str:
    """The report for a terminal."""
    lines = [f"{file.name}: {VERDICTS[report.verdict]} ({report.seconds:.1f} processor seconds)"]
    lines += [f"  {_MARKS[finding.severity]} {finding.rule:<15} {finding.message}" for finding in report.findings]
    return "\n".join(lines)


def _progress(stage: str, share: float) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{share:4.0%} {stage:<30}")


if __name__ == "__main__":
    raise SystemExit(main())
