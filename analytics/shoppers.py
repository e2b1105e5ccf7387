"""SIMULATED shoppers, for demonstrations and tests: they use the shop's public addresses like anybody's browser.

Their true wishes are known, so a ranking can be checked against them. Every decision they ask for is signed as
simulated, so every event, count and report says so; refunds of theirs never become evidence about a product.
"""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import exp
from typing import Any

import numpy as np

from accounts.models import Merchant
from analytics import selectors
from analytics.event_ids import event_id
from analytics.selectors import Arm, Contest
from catalog.models import Product

BATCH = 1000
SECONDS_TO_ANSWER = 60
QUARTER_KEPT = 0.8
"""Of those who saw one quarter of the video, the share that sees the next."""
THREE_SECONDS_KEPT = 0.9
"""Of those who saw a quarter, the share that sees three seconds: half of a clip of six."""


class ShopError(RuntimeError):
    """The shop did not answer as documented; the message says where and how."""


@dataclass(frozen=True, kw_only=True)
class Taste:
    """True rates of the average variant, and log effects of choices such as ``scenario=family``.

    `appeal` moves clicks and add-to-carts, `regret` moves refunds. Besides the attributes of planning,
    ``exaggerated=yes`` can be given effects: what promises too much wins the click and comes back.
    """

    play: float = 0.6
    click: float = 0.06
    add_to_cart: float = 0.035
    order: float = 0.45
    refund: float = 0.06
    appeal: Mapping[str, float] = field(default_factory=dict)
    regret: Mapping[str, float] = field(default_factory=dict)

    def rate(self, kind: str, arm: Arm) -> float:
        """The true probability of one step for one variant."""
        effects = {"click": self.appeal, "add_to_cart": self.appeal, "refund": self.regret}.get(kind, {})
        choices = {**arm.attributes, "exaggerated": "yes" if arm.is_exaggerated else "no"}
        log_effect = sum(effects.get(f"{name}={value}", 0.0) for name, value in choices.items())
        return min(float(getattr(self, kind)) * exp(log_effect), 0.95)


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """What a merchant shows: the live variants and the prices of their products in minor units."""

    merchant: str
    arms: tuple[Arm, ...]
    prices: Mapping[str, int]


@dataclass(kw_only=True)
class Tally:
    """What the shop answered to all batches together."""

    visitors: int = 0
    events: int = 0
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    seconds: float = 0.0


def shelf_of(merchant: Merchant) -> Shelf:
    """The merchant's live variants; runs inside the merchant's context."""
    prices = Product.objects.filter(merchant=merchant).values_list("sku", "price_minor")
    return Shelf(
        merchant=merchant.slug,
        arms=tuple(selectors.arms_of(merchant, live_only=True)),
        prices={sku: price or 0 for sku, price in prices},
    )


def simulate(
    base_url: str,
    shelf: Shelf,
    taste: Taste,
    *,
    impressions: int = 20_000,
    seed: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Tally:
    """Send visitors through the shop's pages and endpoints, spread over the last three days.

    `progress(done, total)` counts visitors. Raises ShopError when the shop refuses or does not answer.
    """
    if not shelf.arms:
        raise ShopError(f"{shelf.merchant} has no live video: approve and publish one first.")
    rng, tally, started = np.random.default_rng(seed), Tally(), time.monotonic()
    contests = list(dict.fromkeys(arm.contest for arm in shelf.arms))
    batches = [min(BATCH, impressions - start) for start in range(0, impressions, BATCH)]
    for number, size in enumerate(batches):
        contest = contests[number % len(contests)]
        if number < len(contests):
            _visit(base_url, shelf, contest)
        visitors = [f"simulated-{seed}-{number}-{one}" for one in range(size)]
        chosen = _decisions(base_url, shelf, contest, visitors)
        for events in _batches(_events(chosen, visitors, taste, shelf, rng)):
            _count(tally, len(events), _post(f"{base_url}/api/v1/events", {"events": events}))
        tally.visitors += size
        progress(tally.visitors, impressions)
    tally.seconds = time.monotonic() - started
    return tally


def _visit(base_url: str, shelf: Shelf, contest: Contest) -> None:
    """Open the product page as a browser does: it must show a video."""
    arm = next(arm for arm in shelf.arms if arm.contest == contest)
    query = urllib.parse.urlencode({"locale": arm.locale, "format": contest.format})
    address = f"{base_url}/shop/{shelf.merchant}/{urllib.parse.quote(arm.sku)}/?{query}"
    if b"<video" not in _open(urllib.request.Request(address, headers=_HEADERS)):  # noqa: S310  # our own server
        raise ShopError(f"{address} shows no video although one is live.")


def _decisions(
    base_url: str, shelf: Shelf, contest: Contest, visitors: Sequence[str]
) -> list[tuple[Arm, str]]:  # fmt: skip
    rivals = {str(arm.public_id): arm for arm in shelf.arms if arm.contest == contest}
    first = next(iter(rivals.values()))
    ask = {
        "merchant": shelf.merchant, "sku": first.sku, "locale": first.locale, "format": contest.format,
        "channel": contest.channel, "visitors": list(visitors), "simulated": True,
    }  # fmt: skip
    answer = _post(f"{base_url}/api/v1/decisions", ask)
    known = [(rivals.get(row["placement"]), row["decision"]) for row in answer["decisions"]]
    found = [(arm, note) for arm, note in known if arm is not None]
    if len(found) < len(visitors):
        raise ShopError(f"The shop shows videos of {first.sku} that were not live when the shoppers set out.")
    return found


def _events(
    chosen: Sequence[tuple[Arm, str]], visitors: Sequence[str], taste: Taste, shelf: Shelf, rng: np.random.Generator
) -> Iterator[dict[str, Any]]:
    now = datetime.now(UTC)
    for (arm, note), visitor in zip(chosen, visitors, strict=True):
        moment = now - timedelta(days=3) * float(rng.random()) - timedelta(minutes=5)
        for kind, detail in _journey(arm, taste, rng):
            moment += timedelta(seconds=1)
            event: dict[str, Any] = {
                "id": str(event_id(moment, f"{visitor} {kind} {detail}")),
                "kind": kind,
                "decision": note,
            }
            if detail:
                event["detail"] = detail
            if kind in ("add_to_cart", "order", "refund"):
                event["value_minor"] = shelf.prices.get(arm.sku, 0)
            yield event


def _journey(arm: Arm, taste: Taste, rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """What one visitor does with one variant, in order: (kind, detail)."""
    luck = rng.random(9)
    yield "impression", ""
    if luck[0] < taste.rate("play", arm):
        yield "play", ""
        for quarter, one in zip(("25", "50", "75", "100"), luck[1:5], strict=True):
            if one > QUARTER_KEPT:
                break
            yield "progress", quarter
            if quarter == "25" and luck[2] < THREE_SECONDS_KEPT:
                yield "progress", "3s"
    if luck[5] < taste.rate("click", arm):
        yield "click", ""
    if luck[6] < taste.rate("add_to_cart", arm):
        yield "add_to_cart", ""
        if luck[7] < taste.rate("order", arm):
            yield "order", ""
            if luck[8] < taste.rate("refund", arm):
                yield "refund", "changed_mind" if luck[8] < taste.refund else "not_as_described"


def _batches(events: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch = []
    for event in events:
        batch.append(event)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _count(tally: Tally, sent: int, answer: Mapping[str, Any]) -> None:
    tally.events += sent
    tally.accepted += answer["accepted"]
    tally.duplicates += answer["duplicates"]
    tally.refused += len(answer["refused"])


_HEADERS = {"User-Agent": "Mozilla/5.0 (Vitrine simulated shopper)", "Content-Type": "text/plain"}


def _post(address: str, body: Mapping[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(address, json.dumps(body).encode(), _HEADERS)  # noqa: S310  # our own server
    answer: dict[str, Any] = json.loads(_open(request))
    return answer


def _open(request: urllib.request.Request) -> bytes:
    try:
        with urllib.request.urlopen(request, timeout=SECONDS_TO_ANSWER) as answer:  # noqa: S310  # our own server
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as error:
        words = error.read()[:300].decode(errors="replace")
        raise ShopError(f"{request.full_url} answered {error.code}: {words}") from error
    except OSError as error:
        raise ShopError(f"{request.full_url} did not answer: {error}. Is the server running?") from error
