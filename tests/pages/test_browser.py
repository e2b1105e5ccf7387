"""The pages in a real browser: with and without JavaScript, on a phone, under the content security policy."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from PIL import Image as Picture
from playwright.sync_api import Page, expect

from accounts import tenancy
from catalog.models import Image
from generation.models import Approval, Placement, Video
from review.models import Ballot
from tests.pages.seed import PASSWORD, Shop, seed_shop

pytestmark = pytest.mark.django_db(transaction=True, databases=["default"])
Browse = Callable[..., Page]
LISTS = ["home", "generation:product_list", "review:video_list", "review:queue_list", "analytics:report_list",
         "catalog:import_list", "review:arena", "review:arena_results"]  # fmt: skip


@pytest.fixture
def site(live_server: object) -> str:
    return str(live_server.url)  # type: ignore[attr-defined]


@pytest.fixture
def open_shop(transactional_db: None) -> Shop:
    from tests.factories import make_merchant

    return seed_shop(make_merchant("Alice's Garden"))


def sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}/login/")
    page.get_by_label("User name").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}/")


def addresses(shop: Shop) -> list[str]:
    product = shop.product.public_id
    names = ("generation:product_detail", "generation:product_place", "analytics:report_detail")
    with tenancy.merchant_context(shop.merchant.pk):
        photo = Image.objects.get(product=shop.product, role="packshot").public_id
    singles = [reverse(name, args=[product]) for name in names] + [reverse("generation:photo_cutout", args=[photo])]
    return [*map(reverse, LISTS), *singles, *(page_of(shop, state) for state in shop.videos)]


def page_of(shop: Shop, state: str) -> str:
    return reverse("review:video_detail", args=[shop.videos[state].public_id])


def test_no_page_breaks_the_security_policy_or_is_wider_than_a_small_phone(
    site: str, open_shop: Shop, browse: Browse, complaints: list[str]
) -> None:
    page = browse(viewport={"width": 360, "height": 740})
    sign_in(page, site)
    too_wide = {}
    for address in addresses(open_shop):
        page.goto(site + address)
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if excess:
            too_wide[address] = excess

    assert too_wide == {}
    assert complaints == []


def test_a_video_is_approved_and_shown_without_javascript(site: str, open_shop: Shop, browse: Browse) -> None:
    page = browse(java_script_enabled=False)
    sign_in(page, site)
    page.goto(site + page_of(open_shop, Video.State.NEEDS_PERSON))
    page.get_by_label("Why this is acceptable").fill("Measured it by hand: 44 cm.")
    page.get_by_role("button", name="Approve").click()

    expect(page.get_by_role("status")).to_have_text(re.compile("Approved and live in the shop"))
    with tenancy.merchant_context(open_shop.merchant.pk):
        video = Video.objects.get(pk=open_shop.videos[Video.State.NEEDS_PERSON].pk)
        assert video.state == Video.State.PUBLISHED
        assert set(Approval.objects.filter(cut__video=video).values_list("approver", "reason")) == {
            ("Alice Marchand", "Measured it by hand: 44 cm.")
        }
        assert Placement.objects.filter(cut__video=video, state=Placement.State.LIVE).count() == 2


def test_a_video_is_not_rejected_without_a_reason(site: str, open_shop: Shop, browse: Browse) -> None:
    page = browse()
    sign_in(page, site)
    page.goto(site + page_of(open_shop, Video.State.REVIEWING))
    page.get_by_text("Reject this video").click()
    page.get_by_role("button", name="Reject", exact=True).click()

    assert page.locator("#reject-reason:invalid").count() == 1
    page.get_by_label("What is wrong").fill("The bowl is not ours.")
    page.get_by_role("button", name="Reject", exact=True).click()
    expect(page.get_by_role("status")).to_have_text(re.compile("Rejected"))


def test_the_player_plays_steps_and_mutes_by_keyboard(
    site: str, open_shop: Shop, browse: Browse, complaints: list[str]
) -> None:
    page = browse()
    sign_in(page, site)
    page.goto(site + page_of(open_shop, Video.State.PUBLISHED))
    page.locator("body").press(".")
    expect(page.locator("[data-time]")).to_have_text("0.0 / 2.0 s")
    page.locator("body").press("ArrowRight")
    expect(page.locator("[data-time]")).to_have_text("0.5 / 2.0 s")
    page.locator("body").press("m")
    expect(page.get_by_role("button", name="Sound on")).to_be_visible()
    page.locator("body").press("k")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.locator("body").press("w")
    expect(page.locator("[data-time]")).to_have_text("1.2 / 2.0 s")
    expect(page.locator("video")).not_to_have_attribute("poster", re.compile("."))
    lines = page.locator("[data-track]")
    assert float(lines.locator(".ground").get_attribute("y1") or 0) == pytest.approx(108)
    rise = float(lines.locator(".ground").get_attribute("y1") or 0) - float(
        lines.locator(".allowed-line").get_attribute("y1") or 0
    )
    assert rise == pytest.approx(0.495 * 144 * (0.1 + 0.01 * 0.2 / 0.8) / 0.1, rel=1e-3)
    expect(page.locator("[data-at]")).to_have_text("1.2 s")
    page.locator("body").press("o")
    expect(lines).to_be_hidden()
    expect(page.get_by_role("button", name="Allowed and seen")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("link", name="Tall 9:16").click()
    expect(page.locator("video")).to_have_attribute("height", "320")
    assert complaints == []


def test_a_stretch_is_cut_out_from_the_moments_that_the_player_shows(
    site: str, open_shop: Shop, browse: Browse, complaints: list[str]
) -> None:
    page = browse()
    sign_in(page, site)
    page.goto(site + page_of(open_shop, Video.State.PUBLISHED))
    page.get_by_text("Cut a stretch out").click()
    page.locator("body").press("ArrowRight")
    expect(page.locator("[data-time]")).to_have_text("0.5 / 2.0 s")
    page.get_by_role("button", name="the moment shown").first.click()
    page.get_by_label("To second").fill("1.5")
    page.get_by_role("button", name="Cut it out").click()

    expect(page.get_by_text("Being made without these seconds")).to_be_visible()
    expect(page.get_by_text("seconds 0.5 to 1.5 cut out")).to_be_visible()
    assert complaints == []


def test_progress_moves_by_itself_and_turns_into_the_finished_page(
    site: str, open_shop: Shop, browse: Browse, complaints: list[str]
) -> None:
    page = browse()
    sign_in(page, site)
    page.goto(site + page_of(open_shop, Video.State.DRAFTED))
    announced = page.locator("[data-announced]")
    expect(announced).to_have_text("Composing, voicing and encoding")
    expect(page.get_by_role("heading", name="Composing, voicing and encoding")).to_be_visible()
    with tenancy.merchant_context(open_shop.merchant.pk):
        video = Video.objects.get(pk=open_shop.videos[Video.State.DRAFTED].pk)
        video.jobs.update(progress=0.9, stage="Checking the finished file")
    expect(page.get_by_role("heading", name="Checking the finished file")).to_be_visible()
    expect(announced).to_have_text("Checking the finished file")
    with tenancy.merchant_context(open_shop.merchant.pk):
        Video.objects.filter(pk=video.pk).update(state=Video.State.FAILED, error="The disk is full.")

    expect(page.get_by_text("This video could not be made")).to_be_visible()
    assert complaints == []


def test_the_light_is_switched_and_stays_off(site: str, open_shop: Shop, browse: Browse) -> None:
    page = browse(color_scheme="light")
    sign_in(page, site)
    page.get_by_role("button", name="Theme").click()
    page.goto(f"{site}/products/")

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_file_is_uploaded_without_javascript(
    site: str, open_shop: Shop, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr("celery.app.base.Celery.send_task", lambda self, name, *rest, **more: sent.append(name))
    page = browse(java_script_enabled=False)
    sign_in(page, site)
    page.goto(f"{site}/imports/")
    rows = b"sku,title,price\nA-1,Walnut tray,12.90\n"
    page.get_by_label("Choose a product file").set_input_files(
        {"name": "tray.csv", "mimeType": "text/csv", "buffer": rows}
    )
    page.get_by_role("button", name="Check this file").click()

    expect(page.get_by_role("heading", name="tray.csv")).to_be_visible()
    assert sent == ["catalog.tasks.check_batch"]


def test_the_shop_page_shows_the_video_to_anybody(
    site: str, open_shop: Shop, browse: Browse, complaints: list[str]
) -> None:
    page = browse()
    page.goto(site + reverse("analytics:shop_product", args=[open_shop.merchant.slug, open_shop.product.sku]))

    expect(page.get_by_role("button", name="Add to cart")).to_be_visible()
    expect(page.locator("video")).to_be_visible()
    assert complaints == []


def test_the_pages_use_names_that_static_files_have(tmp_path: object, settings: object, db: None) -> None:
    from django.core.management import call_command

    settings.STATIC_ROOT = tmp_path  # type: ignore[attr-defined]
    settings.STORAGES = {  # type: ignore[attr-defined]
        **settings.STORAGES,  # type: ignore[attr-defined]
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)

    from django.template.loader import render_to_string

    assert re.search(r"vitrine/css/tokens\.[0-9a-f]{12}\.css", render_to_string("404.html"))
    sheet = next((tmp_path / "vitrine" / "css").glob("tokens.*.css")).read_text()  # type: ignore[operator]
    assert re.search(r"Inter%5Bopsz%2Cwght%5D\.[0-9a-f]{12}\.ttf|Inter\[opsz,wght\]\.[0-9a-f]{12}\.ttf", sheet)


def test_three_clicks_mark_a_place_of_ones_own(site: str, open_shop: Shop, browse: Browse, tmp_path: Path) -> None:
    photo = tmp_path / "terrace.jpg"
    Picture.new("RGB", (1000, 500), (130, 140, 120)).save(photo)
    page = browse()
    sign_in(page, site)
    page.goto(f"{site}/products/{open_shop.product.public_id}/place/")

    page.set_input_files("#photo", photo)
    canvas = page.locator("[data-picture] canvas")
    box = canvas.bounding_box()
    assert box is not None
    for x, y in ((0.5, 0.8), (0.2, 0.8), (0.6, 0.8)):
        canvas.click(position={"x": x * box["width"], "y": y * box["height"]})
    page.keyboard.type("80 cm")
    page.get_by_role("button", name="Use this place").click()

    expect(page.get_by_text("made in this place first")).to_be_visible()
    with tenancy.merchant_context(open_shop.merchant.pk):
        image = Image.objects.get(role="scene", width=1000)
    assert image.base_px == pytest.approx([500, 400], abs=4)
    assert image.metres_per_pixel == pytest.approx(0.80 / 400, rel=0.02)


def test_a_cut_out_is_corrected_with_a_brush(site: str, open_shop: Shop, browse: Browse, complaints: list[str]) -> None:
    with tenancy.merchant_context(open_shop.merchant.pk):
        image = Image.objects.get(product=open_shop.product, role="packshot")
    page = browse()
    sign_in(page, site)
    page.goto(site + reverse("generation:photo_cutout", args=[image.public_id]))
    canvas, save = page.get_by_role("application"), page.get_by_role("button", name="Save this cut-out")
    expect(page.get_by_label("Size")).to_be_enabled()
    expect(save).to_be_disabled()

    page.get_by_label("Take away").check()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.5 * box["height"], steps=4)
    page.mouse.up()
    canvas.press("Space")
    page.get_by_role("button", name="Undo").click()
    expect(save).to_be_enabled()
    save.click()

    expect(page.get_by_text("as you cut it out")).to_be_visible()
    with tenancy.merchant_context(open_shop.merchant.pk):
        image.refresh_from_db()
    with image.cutout.open() as file, Picture.open(file) as stored:
        width, height = stored.size
        alpha = [stored.getpixel((round(x * width), height // 2))[3] for x in (0.1, 0.3, 0.5)]  # type: ignore[index]
    assert alpha == [255, 0, 255]
    assert complaints == []


def test_a_blind_pair_is_judged_after_both_films_were_played(
    site: str, open_shop: Shop, browse: Browse, complaints: list[str]
) -> None:
    page = browse()
    sign_in(page, site)
    page.goto(f"{site}{reverse('review:arena')}")
    cast = page.get_by_role("button", name="Save and show the next pair")
    expect(cast).to_be_disabled()

    for letter in "AB":
        page.get_by_label(f"Video {letter}").evaluate("film => { film.muted = true; return film.play(); }")
        side = page.locator("figure").filter(has=page.get_by_label(f"Video {letter}"))
        expect(side.get_by_text("Watched", exact=True)).to_be_visible(timeout=20_000)
    page.get_by_role("group", name="more appealing").get_by_label("A", exact=True).check()
    page.get_by_role("group", name="closer to the specification").get_by_label("Equal").check()
    cast.click()

    expect(page.get_by_text("Not watched yet")).to_have_count(2)
    with tenancy.merchant_context(open_shop.merchant.pk):
        ballot = Ballot.objects.get(cast__isnull=False)
    assert (ballot.appealing, ballot.truthful, ballot.device) == ("left", "tie", "desk")
    assert not complaints
