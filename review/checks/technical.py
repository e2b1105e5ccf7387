"""Whether the file is fit to be shown: no black ends, no standstill, sound of a usual loudness, a codec that plays."""

from catalog.facts import ProductFacts
from generation.formats import FRAME_SIZES
from generation.specs import VideoSpec
from review.checks.base import Finding, Severity
from review.checks.timing import lateness
from review.observe.records import Observation

RULE = "technical"
LOUDNESS = (-24.0, -11.0)
"""LUFS between which players and placements neither whisper nor clip."""
PEAK = -0.1
"""dBFS above which the sound is taken to be clipped."""
SLACK = 0.25
"""Seconds by which a file may differ from its plan."""
EARLY, LATE = -0.040, 0.060
"""Seconds by which sound may come before and after what is seen (EBU R37)."""
VOICE_SLACK = 0.085
"""Seconds by which sentences may run apart from their captions: two frames, as they are read to one."""
STANDSTILL = 1.6
"""Seconds of unmoving picture that are tolerated; an end card stands still."""


def technical(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """All technical faults; one remark when there is none."""
    findings = (
        _picture(observation)
        + _sound(observation, spec)
        + _sync(observation, spec)
        + (_plan(observation, spec) if spec else [])
    )
    if findings:
        return findings
    shown = observation.picture
    return [
        _say(
            "info",
            f"{observation.seconds:.1f} s, {shown.width}x{shown.height}, {shown.codec}, nothing black or frozen.",
        )
    ]


def _picture(observation: Observation) -> list[Finding]:
    findings = [
        _say("block", f"The picture is black for {span.seconds:.1f} s.", span.seconds, 0.0, span.start)
        for span in observation.picture.black
    ]
    findings += [
        _say("block", f"The picture stands still for {span.seconds:.1f} s.", span.seconds, STANDSTILL, span.start)
        for span in observation.picture.frozen
        if span.seconds > STANDSTILL
    ]
    if observation.picture.codec != "h264":
        findings.append(
            _say("warn", f"The picture is coded as {observation.picture.codec}; not every browser plays it.")
        )
    return findings


def _sound(observation: Observation, spec: VideoSpec | None) -> list[Finding]:
    sound = observation.sound
    wanted = bool(spec and (spec.narration or spec.ambience))
    if not sound.codec or sound.loudness is None:
        return [_say("block" if wanted else "warn", "The file is silent.")]
    findings = []
    low, high = LOUDNESS
    if not low <= sound.loudness <= high:
        message = f"The loudness is {sound.loudness:.1f} LUFS; {low:g} to {high:g} is usual."
        findings.append(_say("warn", message, sound.loudness, high if sound.loudness > high else low))
    if sound.peak is not None and sound.peak > PEAK:
        findings.append(_say("warn", f"The sound peaks at {sound.peak:.1f} dBFS: it may be clipped.", sound.peak, PEAK))
    if sound.codec != "aac":
        findings.append(_say("warn", f"The sound is coded as {sound.codec}; not every browser plays it."))
    return findings


def _sync(observation: Observation, spec: VideoSpec | None) -> list[Finding]:
    """Nothing is said where nothing is both seen and heard; a file of ours has its sentences and captions for that."""
    seen = observation.sync
    if seen is not None:
        is_fine = EARLY <= seen.late <= LATE
        return [] if is_fine else [_shifted(seen.late, seen.frame, "what is seen")]
    late = lateness(spec, observation) if spec else None
    if late is None or abs(late) <= VOICE_SLACK:
        return []
    return [_shifted(late, 1 / observation.picture.fps, "its captions")]


def _shifted(late: float, frame: float, what: str) -> Finding:
    way, frames = "after" if late > 0 else "before", abs(late) / frame
    message = f"The sound comes {abs(late):.2f} s ({frames:.0f} frames) {way} {what}."
    return _say("person", message, late, LATE if late > 0 else EARLY)


def _plan(observation: Observation, spec: VideoSpec) -> list[Finding]:
    findings = []
    if abs(observation.seconds - spec.seconds) > SLACK:
        message = f"The file lasts {observation.seconds:.1f} s; {spec.seconds:.1f} s were planned."
        findings.append(_say("block", message, observation.seconds, spec.seconds))
    size = observation.picture.width, observation.picture.height
    if size not in FRAME_SIZES.values():
        findings.append(_say("warn", f"The picture is {size[0]}x{size[1]}, no format of ours."))
    return findings


def _say(
    severity: Severity,
    message: str,
    measured: float | None = None,
    allowed: float | None = None,
    second: float | None = None,
) -> Finding:
    return Finding(
        rule=RULE,
        severity=severity,
        message=message,
        measured=measured,
        allowed=allowed,
        second=second,
        fix="" if severity in ("info", "warn") else "regenerate_with_cap",
    )
