"""What templates share: icons, statuses in the merchant's words, and quantities as people write them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from accounts import seats, selectors
from accounts.models import Merchant
from analytics.stats.counts import Estimate, NotEnoughData
from analytics.stats.guards import SampleRatio
from generation import boards
from generation.models import Video

register = template.Library()


@dataclass(frozen=True)
class Status:
    """How one state is said and shown: words and mark carry it, the tone only helps."""

    words: str
    mark: str
    tone: str


STATUSES: dict[str, Status] = {
    Video.State.PLANNED: Status("Waiting to start", "clock", ""),
    Video.State.DRAFTING: Status("Being generated", "spark", "info"),
    Video.State.DRAFTED: Status("Being composed", "film", "info"),
    Video.State.REVIEWING: Status("Being checked", "eye", "info"),
    Video.State.NEEDS_PERSON: Status("Needs your decision", "hand", "warn"),
    Video.State.APPROVED: Status("Approved", "check", "good"),
    Video.State.PUBLISHED: Status("Live", "live", "accent"),
    Video.State.REJECTED: Status("Rejected", "stop", "bad"),
    Video.State.FAILED: Status("Could not be made", "alert", "bad"),
    Video.State.STALE: Status("Out of date", "stale", "warn"),
    Video.State.WITHDRAWN: Status("Approval withdrawn", "cross", "bad"),
    Video.State.TAKEN_DOWN: Status("Taken down by the platform", "stop", "bad"),
    Video.State.RETIRED: Status("Retired", "pause", ""),
    "received": Status("Received", "file", ""),
    "checked": Status("Checked, waiting for you", "hand", "warn"),
    "running": Status("Being imported", "clock", "info"),
    "done": Status("Imported", "check", "good"),
}
LOCALES = {
    "en-US": "English (US)",
    "en-GB": "English (UK)",
    "fr-FR": "French (France)",
    "de-DE": "German (Germany)",
    "es-ES": "Spanish (Spain)",
    "it-IT": "Italian (Italy)",
    "pt-BR": "Portuguese (Brazil)",
    "ja-JP": "Japanese (Japan)",
    "zh-CN": "Chinese (Mainland)",
}
HOOKS = {
    "benefit": "Opens with a benefit",
    "proof": "Opens with a number",
    "question": "Opens with a question",
    "scene": "Opens with the scene",
}

UNITS = {"count": "", "dimensionless": "", "degC": "°C", "degF": "°F", "degree": "°", "percent": "%", "um": "µm"}
EVIDENCE = {"sp": "selling point", "rev": "review", "qa": "answer", "q": "answer", "audit": "audit"}
ACRONYMS = {"ip": "IP", "led": "LED", "usb": "USB", "ai": "AI", "uv": "UV"}
OUTCOMES = {
    "winner": ("Decided", "check", "good"),
    "leading": ("Leading", "chart", "accent"),
    "inconclusive": ("No difference", "info", ""),
    "refunds": ("Sent back too often", "alert", "bad"),
    "not_enough_data": ("Too early", "clock", ""),
    "alone": ("Nothing to compare", "info", ""),
    "broken": ("Data broken", "alert", "bad"),
}
ACTIONS = {
    "plan": "planned videos",
    "approve": "approved a video",
    "reject": "rejected a video",
    "publish": "put a video live",
    "ask_again": "had files checked again",
    "approve_learning": "let planning learn",
    "reject_learning": "kept planning from learning",
    "draft_experiment": "wrote down an experiment",
    "start_experiment": "started an experiment",
    "change_experiment": "changed the shares of an experiment",
    "stop_experiment": "stopped an experiment",
    "end_experiment": "ended an experiment",
    "issue_key": "issued a key",
    "revoke_key": "revoked a key",
    "invite": "invited somebody",
    "withdraw_invitation": "withdrew an invitation",
    "join": "joined the team",
    "change_seat": "changed a seat",
    "remove_seat": "ended somebody's access",
    "add_order_hook": "let a shop system report orders",
    "revoke_order_hook": "stopped a shop system's reports",
    "set_parameter": "corrected the specification",
    "remove_parameter": "took a parameter out",
    "set_selling_point": "wrote a selling point",
    "answer_question": "answered a buyer's question",
    "remove_selling_point": "took a selling point away",
    "confirm_cutout": "confirmed a cut-out",
    "edit_cutout": "corrected a cut-out by hand",
    "mark_stale": "paused a video whose ground changed",
    "withdraw_approval": "withdrew an approval",
    "take_down": "took a video down for the platform",
    "appeal": "appealed against a takedown",
    "uphold_takedown": "upheld a takedown",
    "put_back": "put a video back for the platform",
    "lift_takedown": "lifted a takedown",
    "remake": "had a video made anew",
    "trim": "cut a stretch out of a video",
    "add_format": "had a film made in another format",
    "add_webhook": "added a webhook",
    "remove_webhook": "removed a webhook",
    "switch_webhook_off": "switched a webhook off",
    "switch_webhook_on": "switched a webhook on",
    "add_clip": "added a clip",
    "remove_clip": "removed a clip",
    "refuse_clip": "could not use a clip",
    "register_consent": "entered a consent",
    "withdraw_consent": "withdrew a consent",
    "consent_expired": "ended a consent on its last day",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """One icon of our sprite. Decorative: the words beside it say the same."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static(SPRITE), name)


SPRITE = "vitrine/img/icons.svg"


@register.simple_tag
def badge(text: str, mark: str = "info", tone: str = "") -> SafeString:
    """A small label: mark, words, tone."""
    return format_html('<span class="badge {}">{}{}</span>', tone, icon(mark), text)


@register.simple_tag
def state_badge(state: str) -> SafeString:
    """The state of a video or an import in the merchant's words."""
    status = STATUSES.get(state, Status(state.replace("_", " ").capitalize(), "info", ""))
    return badge(status.words, status.mark, status.tone)


@register.simple_tag
def video_badge(video: Video) -> SafeString:
    """Where a video stands; one that passed its audit says that it is the person's turn."""
    if video.state == Video.State.REVIEWING and boards.is_waiting(video):
        return badge("Passed, needs your yes", "hand", "warn")
    return state_badge(video.state)


@register.simple_tag
def outcome_badge(outcome: str) -> SafeString:
    """The outcome of a comparison."""
    words, mark, tone = OUTCOMES[outcome]
    return badge(words, mark, tone)


@register.simple_tag
def ratio_badge(ratio: SampleRatio | NotEnoughData) -> SafeString:
    """Whether visitors were divided as promised."""
    if isinstance(ratio, NotEnoughData):
        return badge("Split not testable yet", "clock")
    return (
        badge("Visitors divided as planned", "check", "good")
        if ratio.is_sound
        else badge("Split broken", "alert", "bad")
    )


@register.simple_tag
def rate(value: Estimate | NotEnoughData) -> str:
    """A rate with its 90 % interval, or that there is too little."""
    if isinstance(value, NotEnoughData):
        return "too few"
    return f"{percent(value.value, 1)} ({percent(value.low, 1)} to {percent(value.high, 1)})"


@register.simple_tag(takes_context=True)
def current(context: template.Context, place: str) -> SafeString | str:
    """`aria-current` for the navigation entry whose part of the site is shown."""
    path = context["request"].path if "request" in context else ""
    here = path == "/" if place == "home" else path.startswith(place)
    return SafeString('aria-current="page"') if here else ""


@register.simple_tag(takes_context=True)
def other_shops(context: template.Context) -> list[Merchant]:
    """The shops where the person signed in has a seat too, besides the one they sit in."""
    seat = getattr(context.get("request"), "seat", None)
    if seat is None:
        return []
    return [other.merchant for other in selectors.seats_of(seat.user) if other.merchant_id != seat.merchant_id]


@register.simple_tag(takes_context=True)
def may_change(context: template.Context, address: str) -> bool:
    """Whether the seat of the person signed in may send changes to `app:view`; pages hide what it may not."""
    seat = getattr(context.get("request"), "seat", None)
    app, _, view = address.partition(":")
    return seat is not None and seats.may_change(seat.role, app, view)


@register.simple_tag(takes_context=True)
def waiting_videos(context: template.Context) -> int:
    """How many videos wait for a person; 0 for visitors without a shop."""
    merchant: Merchant | None = getattr(context.get("request"), "merchant", None)
    return boards.waiting_count() if merchant else 0


@register.filter
def spaced(name: str) -> str:
    """`spray_height` as `Spray height`, `ip_rating` as `IP rating`."""
    words = name.replace("_", " ").capitalize().split(" ")
    return " ".join(ACRONYMS.get(word.lower(), word) for word in words)


@register.filter
def evidence_name(key: str) -> str:
    """An evidence id in words: `par-spray_height` as `specification: spray height`; unknown ids stay."""
    prefix, _, rest = key.partition("-")
    if prefix == "par":
        return f"specification: {spaced(rest).lower()}"
    return EVIDENCE.get(prefix, key)


@register.filter
def locale_name(code: str) -> str:
    """`fr-FR` as `French (France)`; unknown codes stay as they are."""
    return LOCALES.get(code, code)


@register.filter
def language_name(code: str) -> str:
    """`fr` as `French`."""
    return next((name.split(" (")[0] for key, name in LOCALES.items() if key.startswith(code)), code)


@register.filter
def hook_name(hook: str) -> str:
    """How a variant begins, as a phrase."""
    return HOOKS.get(hook, spaced(hook))


@register.filter
def figure(value: Any) -> str:
    """A number without needless digits: 0.45, 16, 1 250."""
    if value is None:
        return ""
    text = f"{float(value):,.4g}" if abs(float(value)) < 1000 else f"{float(value):,.0f}"
    return text.replace(",", "\u202f").replace("-", "\u2212")


@register.filter
def unit(name: str) -> str:
    """A unit as written beside a figure; plain counts have none."""
    return UNITS.get(name, name)


@register.filter
def action_words(action: str) -> str:
    """An entry of the audit log as the end of a sentence."""
    return ACTIONS.get(action, spaced(action).lower())


@register.filter
def percent(value: Any, digits: int = 0) -> str:
    """A fraction as a percentage."""
    return "" if value is None else f"{float(value) * 100:.{digits}f} %".replace(" ", "\u202f")


@register.filter
def effect(log_rate: float) -> str:
    """A log relative rate as a signed percentage: 0.182 -> +20 %."""
    return f"{100 * (exp(log_rate) - 1):+.0f} %".replace("-", "−").replace(" ", "\u202f")


@register.filter
def territory_name(codes: str) -> str:
    """`DE FR` as `DE, FR`; an empty territory is everywhere."""
    return ", ".join(codes.split()) or "Everywhere"


@register.filter
def money(minor: int | None, currency: str = "") -> str:
    """Minor units as an amount: 2490 -> 24.90 USD."""
    return "" if minor is None else f"{minor / 100:,.2f} {currency}".strip()


@register.filter
def since(moment: datetime) -> str:
    """How long ago, in one unit: "3 hours", "less than a minute"."""
    return timesince(moment, depth=1) if timezone.now() - moment >= timedelta(minutes=1) else "less than a minute"


@register.filter
def ago(moment: datetime) -> str:
    """When something happened, as people say it: "3 hours ago", "just now"."""
    return f"{timesince(moment, depth=1)} ago" if timezone.now() - moment >= timedelta(minutes=1) else "just now"


@register.filter
def seconds_left(seconds: float | None) -> str:
    """A waiting time as people say it."""
    if seconds is None:
        return "starting"
    if seconds < 90:
        return f"about {max(1, round(seconds / 5) * 5)} s left"
    return f"about {round(seconds / 60)} min left"


@register.filter
def minus(value: int, less: int) -> int:
    """What is left."""
    return value - less


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """Look a key up in a mapping."""
    return mapping.get(key) if mapping else None
