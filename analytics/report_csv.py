"""A report as a table for spreadsheets: one row an arm, rates as fractions, no cell that a spreadsheet would run."""

import csv
import io
from typing import Any

from analytics.report_records import ArmReport, ContestReport, PlacementReport
from analytics.stats.counts import Estimate

_PLAIN = ("rank", "scenario", "locale", "hook", "cast", "impressions", "visitors", "plays", "clicks", "add_to_carts",
          "orders", "refunds", "value_minor")  # fmt: skip
_RATES = ("play_rate", "click_rate", "add_rate", "order_rate", "refund_rate")
COLUMNS = [
    "sku", "channel", "market", "format", "live", "share", *_PLAIN,
    *(f"{rate[:-5]}_{part}" for rate in _RATES for part in ("rate", "low", "high")),
    "deciding_rate", "deciding_low", "deciding_high", "chance_best", "expected_loss", "refund_reasons",
]  # fmt: skip


def table_of(report: PlacementReport) -> str:
    """The whole report."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_row(report.sku, contest, arm) for contest in report.contests for arm in contest.arms)
    return text.getvalue()


def _row(sku: str, contest: ContestReport, arm: ArmReport) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(arm, name) for name in _PLAIN}
    row |= {"sku": sku, "channel": contest.channel, "market": contest.market, "format": contest.format}
    row |= {"live": "yes" if arm.is_live else "no", "share": round(arm.share, 4)}
    for name in _RATES:
        rate = getattr(arm, name)
        if isinstance(rate, Estimate):
            start = name[:-5]
            row |= {name: f"{rate.value:.6f}", f"{start}_low": f"{rate.low:.6f}", f"{start}_high": f"{rate.high:.6f}"}
    if arm.standing:
        stood = arm.standing
        row |= {"deciding_rate": f"{stood.rate:.6f}", "deciding_low": f"{stood.low:.6f}"}
        row |= {"deciding_high": f"{stood.high:.6f}", "chance_best": f"{stood.chance_best:.4f}"}
        row |= {"expected_loss": f"{stood.expected_loss:.4f}"}
    row["refund_reasons"] = "; ".join(f"{reason}: {count}" for reason, count in arm.refund_reasons)
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    """Text that begins with = + - @ is a formula to a spreadsheet: make it text again."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value
