"""Records as JSON and back, exactly: what a frozen report said is what it will say.

Every record carries its class name, UUIDs and times a tag; only the classes named here are ever built.
"""

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from analytics import experiment_records as looks
from analytics import report_records as records
from analytics.stats.counts import Estimate, NotEnoughData
from analytics.stats.funnel import Standing
from analytics.stats.guards import SampleRatio
from analytics.verdicts import Verdict
from generation.services import LearnedScore

_CLASSES = {
    one.__name__: one
    for one in (
        records.PlacementReport, records.Health, records.ContestReport, records.ArmReport, records.Proof,
        records.Script, records.Moment, records.Preferred,
        records.Earned, records.Ranked, looks.Look, looks.LookArm, looks.Secondary, looks.Alarm,
        Verdict, Estimate, NotEnoughData, Standing, SampleRatio, LearnedScore,
    )
}  # fmt: skip


def encode(value: Any) -> Any:
    """Plain JSON values; raises TypeError for anything a report does not hold."""
    if is_dataclass(value) and type(value).__name__ in _CLASSES:
        return {"is": type(value).__name__, **{one.name: encode(getattr(value, one.name)) for one in fields(value)}}
    if isinstance(value, tuple):
        return [encode(one) for one in value]
    if isinstance(value, UUID):
        return {"is": "UUID", "hex": value.hex}
    if isinstance(value, datetime):
        return {"is": "datetime", "iso": value.isoformat()}
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise TypeError(f"A report holds no {type(value).__name__}: {value!r}.")


def decode(value: Any) -> Any:
    """The record that was encoded. Raises KeyError for a class that reports no longer know."""
    if isinstance(value, list):
        return tuple(decode(one) for one in value)
    if not isinstance(value, dict):
        return value
    kind = value["is"]
    if kind == "UUID":
        return UUID(hex=value["hex"])
    if kind == "datetime":
        return datetime.fromisoformat(value["iso"])
    return _CLASSES[kind](**{name: decode(one) for name, one in value.items() if name != "is"})


def digest(content: Any) -> str:
    """SHA-256 of the canonical JSON: two reports that say the same have the same one."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
