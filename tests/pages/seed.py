"""A shop full of records in every state, with small real files, so that each page has something to show."""

import hashlib
import io
import json
import struct
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import imageio_ffmpeg
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image as Picture
from PIL import ImageDraw, ImageFilter

from accounts import tenancy
from accounts.models import Membership, Merchant
from analytics import learning
from analytics import services as analytics_services
from analytics.models import Allocation, DailyCount, RollupMark
from catalog.models import (
    Evidence,
    Image,
    Import,
    ImportProblem,
    Parameter,
    Product,
    Question,
    Review,
    SearchTerm,
    SellingPoint,
)
from catalog.selectors import product_facts
from generation import services
from generation.models import Approval, Cut, Job, Placement, SignedFile, Variant, Video
from generation.specs import EffectSpec, Line, Shot, VideoSpec
from review.models import Audit, Finding
from review.provenance import keys
from review.provenance.pack import pack_of

ROOT = Path(__file__).resolve().parents[2]
PHOTOS = ROOT / "catalog" / "demo" / "photos"
SCENES = ROOT / "generation" / "scenes"
SIZES = {"wide": (320, 180), "tall": (180, 320)}
PASSWORD = "open-the-window"
STATES = (
    ("family", "en-US", "benefit", Video.State.PUBLISHED),
    ("family", "fr-FR", "benefit", Video.State.NEEDS_PERSON),
    ("children", "en-US", "question", Video.State.REVIEWING),
    ("children", "fr-FR", "scene", Video.State.DRAFTED),
    ("holiday", "en-US", "scene", Video.State.REJECTED),
    ("holiday", "fr-FR", "proof", Video.State.FAILED),
    ("outdoor", "en-US", "proof", Video.State.APPROVED),
    ("outdoor", "fr-FR", "proof", Video.State.PUBLISHED),
    ("outdoor", "en-US", "benefit", Video.State.STALE),
    ("family", "en-US", "scene", Video.State.PLANNED),
    ("children", "en-US", "proof", Video.State.PUBLISHED),
    ("outdoor", "en-US", "scene", Video.State.PUBLISHED),
)
CLICKS = (0.031, 0.052, 0.044, 0.038)
"""Simulated click rates of the live videos, in the order they were made."""


@dataclass(frozen=True)
class Shop:
    """What the seed made."""

    merchant: Merchant
    user: User
    product: Product
    videos: dict[str, Video]


def seed_shop(merchant: Merchant, *, username: str = "alice", password: str = PASSWORD, scale: int = 1) -> Shop:
    """Fill a merchant; `scale` enlarges the videos for looking at them."""
    user = User.objects.create_user(username, password=password, first_name="Alice", last_name="Marchand")
    with tenancy.merchant_context(merchant.pk):
        Membership.objects.create(merchant=merchant, user=user)
        product = seed_fountain(merchant)
        Product.objects.create(merchant=merchant, sku="BARE-1", title="Walnut tray", brand="Rill", category="kitchen")
        videos = {}
        for place, (scenario, locale, hook, state) in enumerate(STATES):
            video = seed_video(product, scenario=scenario, locale=locale, hook=hook, place=place)
            bring_to(video, state, scale=scale)
            videos.setdefault(state, video)
        seed_imports(merchant)
        seed_counts(product)
    return Shop(merchant=merchant, user=user, product=product, videos=videos)


def seed_fountain(merchant: Merchant) -> Product:
    product = Product.objects.create(
        merchant=merchant, sku="VT-FNT-016", title="Solar fountain pump, floating, 16 cm", brand="Rillet",
        category="garden", price_minor=2490, currency="USD", audience_tags=["family", "outdoor", "children"],
        effect_kind="jet", effect_cap_parameter="spray_height", titles={"fr-FR": "Pompe de fontaine solaire"},
        offers=[{"sku": "VT-FNT-016-SA", "price_minor": 2690, "options": {"Colour": "sand"}}],
    )  # fmt: skip
    base = {"merchant": merchant, "product": product}
    for name, value, unit, bound, tolerance, looks in (
        ("spray_height", 0.45, "m", "max", 0.10, "The column is never taller than 2.8 times the width of the float."),
        ("pump_diameter", 0.16, "m", "exact", 0.02, "A little wider than a hand."),
        ("water_depth", 0.04, "m", "min", 0.0, "The bowl holds at least four centimetres of water."),
        ("solar_power", 1.4, "W", "max", 0.05, "Runs in direct sun only; no cable may be visible."),
        ("spray_heads", 5, "count", "exact", 0.0, ""),
    ):
        Parameter.objects.create(
            name=name, value=value, unit=unit, bound=bound, tolerance=tolerance, how_it_may_look=looks,
            source="own bench test", **base,
        )  # fmt: skip
    SellingPoint.objects.create(
        key="sp-sun", text={"en-US": "Runs on sunlight alone", "fr-FR": "Marche au soleil, sans pile"},
        evidence=["par-solar_power", "rev-1"], **base,
    )  # fmt: skip
    SellingPoint.objects.create(key="sp-birds", text={"en-US": "Birds love it"}, evidence=[], **base)
    for key, text, rating in (
        ("rev-1", "Started the moment the sun came round the house. The kids adore it.", 5),
        ("rev-2", "In late afternoon it is more like 20 cm than the promised height.", 3),
        ("rev-3", "Quiet, and no cable to trip over.", 5),
    ):
        Review.objects.create(key=key, text=text, rating=rating, **base)
    Evidence.objects.create(
        key="ev-rev-2", kind="review", parameter="spray_height", stance="contradicts", value=20, unit="cm",
        text="In late afternoon it is more like 20 cm than the promised height.", **base,
    )  # fmt: skip
    Question.objects.create(key="q-1", question="Does it run in the shade?", answer="No, it pauses there.", **base)
    Question.objects.create(key="q-2", question="Is it safe for goldfish?", **base)
    for term, shown, clicked in (
        ("solar fountain", 18400, 610),
        ("bird bath pump", 7200, 305),
        ("pond fountain", 2100, 44),
    ):
        SearchTerm.objects.create(term=term, impressions=shown, clicks=clicked, **base)
    seed_photo(product)
    return product


def seed_photo(product: Product) -> Image:
    photo = photo_bytes()
    with Picture.open(io.BytesIO(photo)) as picture:
        width, height = picture.size
        cutout = io.BytesIO()
        picture.convert("RGBA").resize((width // 4, height // 4)).save(cutout, "PNG")
    return Image.objects.create(
        merchant=product.merchant, product=product, role="packshot", rendered=True, width=width, height=height,
        sha256=hashlib.sha256(photo).hexdigest(), width_m=0.161, file=ContentFile(photo, "fountain.jpg"),
        outline=[width // 4, height // 4, 3 * width // 4, 3 * height // 4],
        cutout=ContentFile(cutout.getvalue(), "fountain.png"),
    )  # fmt: skip


def seed_video(product: Product, *, scenario: str, locale: str, hook: str, place: int = 0) -> Video:
    text = "Runs on sunlight alone" if locale == "en-US" else "Marche au soleil, sans pile"
    line = Line(start=0.25, end=2.95, text=text, evidence=("sp-sun", "par-solar_power"))
    call = Line(
        start=3.0, end=5.75, text="An afternoon by the water" if locale == "en-US" else "Un après-midi au bord de l’eau"
    )
    effect = EffectSpec(kind="jet", height_m=0.4, spread_m=0.18, cap_parameter="spray_height", cap_m=0.495)
    shot = Shot(
        start=0,
        end=6,
        scene="bird_bath_garden",
        prompt="A stone bird bath, slow push in",
        camera="slow push in",
        light="warming light",
        effect=effect,
    )
    spec = VideoSpec(
        sku=product.sku, facts_version="0" * 16, scenario=scenario, locale=locale, hook=hook, seed=place,
        shots=(shot,), captions=(line, call), narration=(line, call), title=product.title,
    )  # fmt: skip
    variant = Variant.objects.create(
        merchant=product.merchant, product=product, scenario=scenario, locale=locale, hook=hook,
        spec=json.loads(spec.to_json()), spec_hash=spec.hash,
        facts=json.loads(product_facts(product).to_json()), facts_version="0" * 16,
        reason=f"{scenario}: not tried yet",
    )  # fmt: skip
    return Video.objects.create(merchant=product.merchant, variant=variant)


def bring_to(video: Video, state: str, *, scale: int = 1) -> None:
    """Move a video to a state the way the product does, with the files and jobs that belong to it."""
    S = Video.State
    if state in (S.PLANNED, S.FAILED):
        kind = {"state": Job.State.QUEUED} if state == S.PLANNED else {"state": Job.State.DEAD, "error": "no room"}
        Job.objects.create(merchant=video.merchant, video=video, kind="generate", queue="gpu", **kind)
        if state == S.FAILED:
            words = "The disk is full: free 2 GB and try again."
            Video.objects.filter(pk=video.pk).update(state=state, error=words)
        return
    if state == S.DRAFTED:
        Video.objects.filter(pk=video.pk).update(state=state)
        Job.objects.create(
            merchant=video.merchant, video=video, kind="compose", queue="media", state=Job.State.LEASED, progress=0.4,
            stage="Composing, voicing and encoding", started=timezone.now() - timedelta(seconds=10),
            lease_until=timezone.now() + timedelta(seconds=20),
        )  # fmt: skip
        return
    seed_cuts(video, scale=scale)
    before = S.NEEDS_PERSON if state == S.NEEDS_PERSON else S.REVIEWING
    Video.objects.filter(pk=video.pk).update(state=before, recipe=RECIPE)
    video.refresh_from_db()
    seed_audit(video, {S.REJECTED: "rejected", S.NEEDS_PERSON: "needs_person"}.get(state, "passed"))
    if state == S.REVIEWING:
        Job.objects.create(merchant=video.merchant, video=video, kind="review", queue="review", state=Job.State.DONE)
        return
    if state == S.REJECTED:
        services.reject(video=video, by="audit", reason="The jet is shown 0.82 m high; 0.495 m is allowed.")
    elif state != S.NEEDS_PERSON:
        services.approve(video=video, approver="Alice Marchand", reason="Looks like ours")
        seal(video)
    if state in (S.PUBLISHED, S.STALE):
        services.publish(video=video, by="Alice Marchand")
    if state == S.STALE:
        Video.objects.filter(pk=video.pk).update(state=S.STALE)


RECIPE = {
    "made_by": "unified a3f0c2d1 steps 6 seed 4",
    "generate_cpu_seconds": 1.4,
    "compose_cpu_seconds": 21.8,
    "notes": [],
}


def seed_cuts(video: Video, *, scale: int = 1) -> Sequence[Cut]:
    cuts = []
    for frame_format in ("wide", "tall"):
        film, poster = film_bytes(frame_format, video.variant.spec["seed"] % 4, scale)
        width, height = (side * scale for side in SIZES[frame_format])
        film += struct.pack(">I4sQ", 16, b"free", video.pk)
        digest = hashlib.sha256(film).hexdigest()
        cuts.append(
            Cut.objects.create(
                merchant=video.merchant, video=video, format=frame_format, sha256=digest, seconds=2.0, width=width,
                height=height, size=len(film), file=ContentFile(film, f"{digest[:12]}.mp4"),
                poster=ContentFile(poster, f"{digest[:12]}.jpg"),
            )
        )  # fmt: skip
    return cuts


def seed_counts(product: Product, *, visitors: int = 4000) -> None:
    """A day of simulated shoppers for every live file, divided as its contest promised."""
    live = list(Placement.objects.filter(state=Placement.State.LIVE).select_related("cut__video__variant"))
    contests = defaultdict(list)
    for placement in live:
        contests[placement.cut.video.variant.locale[:2], placement.cut.format].append(placement)
    for (market, frame_format), arms in contests.items():
        allocation = Allocation.objects.create(
            merchant=product.merchant, product=product, market=market, format=frame_format,
            shares={str(arm.pk): 1 / len(arms) for arm in arms}, reason="equal shares to begin with",
        )  # fmt: skip
        for arm in arms:
            _count(arm, allocation, visitors, CLICKS[arm.cut.video_id % len(CLICKS)])
    RollupMark.objects.create(merchant=product.merchant, upto=timezone.now())
    learned = learning.learned_from(product.merchant)
    assert learned is not None
    analytics_services.write_reports(product.merchant, learned)


def _count(placement: Placement, allocation: Allocation, visitors: int, click_rate: float) -> None:
    clicks = round(visitors * click_rate)
    numbers = {
        ("impression", ""): visitors, ("play", ""): round(visitors * 0.8), ("progress", "100"): round(visitors * 0.4),
        ("click", ""): clicks, ("add_to_cart", ""): clicks // 2, ("order", ""): clicks // 4,
        ("refund", "not_as_described"): clicks // 40,
    }  # fmt: skip
    for (kind, detail), n in numbers.items():
        DailyCount.objects.create(
            merchant=placement.merchant, placement=placement, day=timezone.now().date(), allocation_id=allocation.pk,
            kind=kind, detail=detail, source="simulated", n=n, visitors=n,
            value_minor=2490 * n if kind in ("order", "refund") else 0,
        )  # fmt: skip


def seed_audit(video: Video, state: str) -> None:
    """What the audit says of each file: nothing, a doubt, or a jet twice as high as allowed."""
    for cut in video.cuts.all():
        audit = Audit.objects.create(
            merchant=video.merchant, cut=cut, sha256=cut.sha256, facts_version="0" * 16, state=state, seconds=9.5,
            finished=timezone.now(), observation=observed(cut),
        )  # fmt: skip
        height, severity = {"rejected": (0.82, "block"), "needs_person": (0.51, "person")}.get(state, (0.41, "info"))
        words = "at most 0.50 m is allowed" if severity == "block" else "too close to the limit of 0.50 m to decide"
        message = f"The spray height measures {height} m ± 0.04; {words if severity != 'info' else 'within 0.50 m'}."
        Finding.objects.create(
            merchant=video.merchant, audit=audit, rule="effect_height", severity=severity, message=message,
            parameter="spray_height", allowed=0.495, measured=height, uncertainty=0.04, unit="m", second=1.2,
            image=ContentFile(_evidence(cut.format, severity), f"{cut.sha256[:12]}.jpg"),
            fix="" if severity == "info" else "regenerate_with_cap",
        )  # fmt: skip


def seal(video: Video) -> None:
    """The seal of every approved file as a row, with the pack that a seal would carry; the bytes stay unsealed."""
    signer = keys.signer()
    for approval in Approval.objects.filter(cut__video=video).select_related("cut__video__variant__product__merchant"):
        digest = hashlib.sha256(f"sealed {approval.sha256}".encode()).hexdigest()
        SignedFile.objects.create(
            merchant=video.merchant, cut=approval.cut, audited_sha256=approval.sha256, sha256=digest,
            streams=approval.sha256, file=approval.cut.file.name,
            pack=pack_of(approval, streams=approval.sha256, signer=signer),
        )  # fmt: skip


def observed(cut: Cut) -> dict[str, object]:
    """What the player draws from: the product in two frames, growing, and the ruler of a frame between them."""
    box = {"x": cut.width * 0.4, "y": cut.height * 0.6, "width": cut.width * 0.2, "height": cut.height * 0.1}
    ruler = {"second": 1.2, "x": cut.width * 0.5, "y": cut.height * 0.6, "pixels_per_metre": cut.height * 0.8}
    near = {"second": 1.0, "box": box, "scale": 0.1}
    later = {"second": 1.8, "box": {**box, "x": box["x"] - 10, "width": box["width"] + 20}, "scale": 0.11}
    return {"sightings": [near, later], "effect": {"kind": "Measured", "ruler": ruler}}


def _evidence(frame_format: str, severity: str) -> bytes:
    picture = _still(frame_format, 0).resize(SIZES[frame_format])
    draw = ImageDraw.Draw(picture)
    draw.line((0, 60, picture.width, 60), fill="#17633a", width=2)
    draw.line((0, 30, picture.width, 30), fill="#a02c1b" if severity == "block" else "#84590c", width=2)
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


def seed_imports(merchant: Merchant) -> None:
    done = Import.objects.create(
        merchant=merchant, name="spring.csv", state="done", dialect="shopify",
        detected="Shopify export, comma-separated", rows=240, ready=236, warned=4,
        done=240, file=ContentFile(b"sku\n", "spring.csv"), finished=timezone.now(),
    )  # fmt: skip
    checked = Import.objects.create(
        merchant=merchant, name="garden-products.xlsx", state="checked", dialect="google",
        detected="Shopping feed, spreadsheet", rows=412,
        ready=371, warned=29, refused=12, file=ContentFile(b"sku\n", "garden.xlsx"),
    )  # fmt: skip
    problems = [("refused", 17, "price", "12,9O", "The price is not a number.", "Write 12.90.")] * 12
    problems += [("warning", 31, "spray height", "45", "The value has no unit.", "Write 45 cm or 0.45 m.")] * 29
    ImportProblem.objects.bulk_create(
        ImportProblem(
            merchant=merchant, batch=checked, severity=severity, row=row + place, column=column, value=value,
            reason=reason, suggestion=suggestion,
        )
        for place, (severity, row, column, value, reason, suggestion) in enumerate(problems)
    )  # fmt: skip
    assert done.pk


@cache
def photo_bytes() -> bytes:
    """The hero's photo of the demo catalog, else a drawn one."""
    path = PHOTOS / "solar-fountain-packshot.jpg"
    if path.exists():
        return path.read_bytes()
    picture = Picture.new("RGB", (800, 800), "#f4f2ee")
    ImageDraw.Draw(picture).ellipse((180, 380, 620, 560), fill="#20302d")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


@cache
def film_bytes(frame_format: str, place: int, scale: int) -> tuple[bytes, bytes]:
    """A two-second H.264 file that pushes into a still, and its poster."""
    width, height = (side * scale for side in SIZES[frame_format])
    still = _still(frame_format, place).resize((width, height))
    poster = io.BytesIO()
    still.save(poster, "JPEG", quality=86)
    zoom = f"zoompan=z='1+0.002*on':d=48:s={width}x{height}:fps=24"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-f", "image2pipe", "-i", "-"]
    command += ["-f", "lavfi", "-i", "sine=frequency=220:duration=2", "-vf", zoom, "-t", "2", "-c:v", "libx264"]
    command += ["-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart"]
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film.mp4"
        done = subprocess.run(
            [*command, str(film)], input=poster.getvalue(), capture_output=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return film.read_bytes(), poster.getvalue()


def _still(frame_format: str, place: int) -> Picture.Image:
    stills = sorted(SCENES.glob(f"*/{frame_format}.jpg"))
    if stills:
        return Picture.open(stills[place % len(stills)]).convert("RGB")
    width, height = SIZES[frame_format]
    sky, ground = (("#d9e7e2", "#6f8f5f"), ("#f3dfc1", "#8a6b4f"), ("#cfdcec", "#4d6f86"), ("#f0d3cf", "#7d5a5f"))[
        place
    ]
    picture = Picture.new("RGB", (width, height), sky)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, height * 0.6, width, height), fill=ground)
    draw.ellipse((width * 0.35, height * 0.55, width * 0.65, height * 0.7), fill="#22302d")
    return picture.filter(ImageFilter.GaussianBlur(width / 120))
