"""What each place that shows videos asks of a file: data, checked against a finished cut by `problems`.

Only rules whose source was read are here; a limit nobody states is None and is not checked.
"""

from dataclasses import dataclass

from generation.formats import FORMATS, Format

MEGABYTE = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Margins:
    """Shares of the frame that the place covers with its own buttons and texts."""

    top: float = 0.0
    bottom: float = 0.0
    left: float = 0.0
    right: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Preset:
    """One placement. Seconds and bytes are limits of the place, not advice."""

    id: str
    name: str
    formats: tuple[Format, ...]
    """What it takes, the shape it is known for first."""
    seconds: tuple[float, float | None] = (0.0, None)
    advised_seconds: tuple[float, float] | None = None
    max_bytes: int | None = None
    min_side: int = 720
    """Pixels of the shorter side, at least."""
    margins: Margins = Margins()
    """Of the first of its formats."""
    plays_muted: bool = False
    sound_required: bool = False
    containers: tuple[str, ...] = ("mp4",)
    rules: tuple[str, ...] = ()
    source: str = ""


PRESETS: dict[str, Preset] = {
    preset.id: preset
    for preset in (
        Preset(
            id="shop",
            name="Own shop, product page",
            formats=tuple(FORMATS),
            margins=Margins(top=0.05, bottom=0.05, left=0.05, right=0.05),
            source="our own player",
        ),
        Preset(
            id="universal_vertical",
            name="Any vertical feed",
            formats=("tall",),
            advised_seconds=(9, 15),
            max_bytes=100 * MEGABYTE,
            margins=Margins(top=0.15, bottom=0.35, left=0.111, right=0.178),
            source="the box that clears YouTube, Meta and TikTok together",
        ),
        Preset(
            id="google_video_link",
            name="Google product data, video_link",
            formats=tuple(FORMATS),
            margins=Margins(top=0.1, bottom=0.1, left=0.1, right=0.1),
            rules=("no promotional overlay, watermark or retailer's logo", "a direct link of at most 2,000 characters"),
            source="Google Merchant Center product data specification",
        ),
        Preset(
            id="google_demand_gen",
            name="Google Demand Gen",
            formats=("tall", "wide", "square", "portrait"),
            seconds=(5, None),
            margins=Margins(top=0.15, bottom=0.35, left=0.045, right=0.178),
            rules=("under 10 s it is not served in-stream",),
            source="Google Ads help, Demand Gen asset specifications",
        ),
        Preset(
            id="youtube_bumper",
            name="YouTube bumper",
            formats=("wide",),
            seconds=(0, 6.0),
            rules=("one message",),
            source="Google Ads help",
        ),
        Preset(
            id="youtube_shorts_ad",
            name="YouTube Shorts advertisement",
            formats=("tall",),
            seconds=(10, 60),
            advised_seconds=(15, 15),
            margins=Margins(top=0.15, bottom=0.35, left=0.045, right=0.178),
            source="Google Ads help, Shorts ads",
        ),
        Preset(
            id="meta_catalog_video",
            name="Meta catalog: Facebook and Instagram",
            formats=("tall", "square", "portrait"),
            max_bytes=200 * MEGABYTE,
            min_side=1080,
            margins=Margins(top=0.14, bottom=0.35, left=0.06, right=0.06),
            plays_muted=True,
            containers=("mp4", "mov"),
            source="Meta for Developers, product video",
        ),
        Preset(
            id="meta_reels_ad",
            name="Meta Reels advertisement",
            formats=("tall",),
            seconds=(0, 90),
            advised_seconds=(15, 30),
            margins=Margins(top=0.14, bottom=0.35, left=0.06, right=0.06),
            source="published safe zones for Reels: 14 % top, 35 % bottom, 6 % sides",
        ),
        Preset(
            id="meta_stories_ad",
            name="Meta Stories advertisement",
            formats=("tall",),
            seconds=(0, 15),
            margins=Margins(top=0.14, bottom=0.2, left=0.06, right=0.06),
            source="published safe zones for Stories: 14 % top, 20 % bottom, 6 % sides",
        ),
        Preset(
            id="tiktok_infeed",
            name="TikTok in-feed advertisement",
            formats=("tall", "square", "wide"),
            seconds=(5, 600),
            advised_seconds=(9, 15),
            max_bytes=500 * MEGABYTE,
            margins=Margins(top=0.15, bottom=0.35, left=0.111, right=0.178),
            sound_required=True,
            containers=("mp4", "mov", "mpeg", "3gp", "avi"),
            rules=("AI-generated content is labelled", "the product's size, colour and features are not altered"),
            min_side=540,
            source="TikTok Ads Manager, video ads specifications",
        ),
        Preset(
            id="amazon_video_ads",
            name="Amazon video advertisement",
            formats=("wide",),
            seconds=(0, 180),
            advised_seconds=(6, 15),
            max_bytes=500 * MEGABYTE,
            min_side=1080,
            plays_muted=True,
            rules=(
                "no customer reviews or star ratings",
                "no black first or last frame, no letterbox, no abrupt end",
                "texts of at least 30 points in the language of the shop",
            ),
            source="Amazon Ads creative acceptance policies and video specifications",
        ),
        Preset(
            id="amazon_streaming_tv",
            name="Amazon streaming TV advertisement",
            formats=("wide",),
            seconds=(15, 30),
            max_bytes=500 * MEGABYTE,
            min_side=1080,
            margins=Margins(top=0.1, bottom=0.1, left=0.1, right=0.1),
            source="Amazon Ads, streaming TV specifications",
        ),
        Preset(
            id="pinterest_video_pin",
            name="Pinterest video Pin",
            formats=("square", "portrait", "tall"),
            seconds=(4, 900),
            max_bytes=1000 * MEGABYTE,
            containers=("mp4", "mov", "m4v"),
            source="published Pinterest specifications for video Pins",
        ),
        Preset(
            id="taobao_main_image",
            name="Taobao main image",
            formats=("square",),
            seconds=(0, 60),
            advised_seconds=(9, 30),
            containers=("mp4", "mov", "flv", "f4v"),
            rules=(
                "no title card in front: the selling point comes in the first five seconds",
                "no QR code, link elsewhere, mark of another platform or bordered frame",
            ),
            source="merchants' guides to Taobao's main-image videos",
        ),
        Preset(
            id="yandex_direct",
            name="Yandex Direct video",
            formats=("wide", "square", "tall"),
            seconds=(5, 60),
            max_bytes=100 * MEGABYTE,
            min_side=360,
            containers=("mp4", "webm", "mov"),
            source="Yandex Direct help, video requirements",
        ),
    )
}


def problems(preset: Preset, *, format: Format, seconds: float, size: int, side: int) -> list[str]:
    """Why a file of that format, length, bytes and pixels of its shorter side would be refused; empty if accepted."""
    found = []
    shortest, longest = preset.seconds
    if format not in preset.formats:
        taken = " or ".join(FORMATS[each].title for each in preset.formats)
        found.append(f"{preset.name} takes {taken}; this one is {FORMATS[format].title}.")
    if seconds < shortest:
        found.append(f"{preset.name} wants at least {shortest:g} s; this one lasts {seconds:g} s.")
    if longest is not None and seconds > longest:
        found.append(f"{preset.name} takes at most {longest:g} s; this one lasts {seconds:g} s.")
    if preset.max_bytes is not None and size > preset.max_bytes:
        found.append(f"{preset.name} takes at most {preset.max_bytes // MEGABYTE} MB; this one has {size // MEGABYTE}.")
    if side < preset.min_side:
        found.append(f"{preset.name} wants {preset.min_side} pixels on the shorter side; this one has {side}.")
    return found
