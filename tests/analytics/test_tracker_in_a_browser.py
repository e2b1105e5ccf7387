"""The tracker in a real browser on the real page: what it sends, what it keeps while offline, when it is silent."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from pytest_django.live_server_helper import LiveServer

from accounts import tenancy
from accounts.models import Merchant
from analytics.models import Event
from tests.analytics import stage
from tests.factories import make_merchant

AGENT = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium. Playwright keeps a loop running in this thread, which Django would take for asynchronous code."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("Chromium is missing: `make system` installs it.")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def shop(transactional_db: None, settings: Any) -> Merchant:
    """One product with one live video of two seconds."""
    merchant = make_merchant("Rill")
    with tenancy.merchant_context(merchant.pk):
        cut = stage.place(stage.make_product(merchant)).cut
        clip = Path(settings.MEDIA_ROOT) / cut.file.name
    clip.parent.mkdir(parents=True)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-f", "lavfi", "-i", "testsrc=s=160x90:r=10:d=2", "-pix_fmt", "yuv420p"]
    subprocess.run([*command, str(clip)], capture_output=True, check=True, timeout=60)
    return merchant


def kinds(merchant: Merchant, *, until: set[str]) -> list[str]:
    """What was stored, as soon as everything wanted is there or after ten seconds."""
    deadline = time.monotonic() + 10
    while True:
        with tenancy.merchant_context(merchant.pk):
            found = [f"{event.kind}{event.detail}" for event in Event.objects.order_by("occurred")]
        if until <= set(found) or time.monotonic() > deadline:
            return found
        time.sleep(0.2)


def test_a_visit_is_told_from_impression_to_cart(live_server: LiveServer, shop: Merchant, browser: Any) -> None:
    context = browser.new_context(user_agent=AGENT)
    page = context.new_page()
    page.goto(f"{live_server.url}/shop/rill/PUMP-1/")
    page.wait_for_timeout(2500)
    page.click("[data-vitrine-event=add_to_cart]")
    everything = {"impression", "play", "progress25", "progress50", "progress75", "progress100", "add_to_cart"}
    found = kinds(shop, until=everything)
    assert set(found) == everything
    assert len(found) == len(everything)
    assert page.evaluate("localStorage.getItem('vitrine.waiting')") == "[]"
    context.close()


def test_a_play_that_began_before_the_script_came_counts(live_server: LiveServer, shop: Merchant, browser: Any) -> None:
    context = browser.new_context(user_agent=AGENT)
    page = context.new_page()
    page.route("**/track*.js", lambda route: (time.sleep(1), route.continue_()))
    page.goto(f"{live_server.url}/shop/rill/PUMP-1/")
    page.wait_for_timeout(1500)
    page.click("[data-vitrine-event=add_to_cart]")
    found = kinds(shop, until={"play", "add_to_cart"})
    assert found.count("play") == 1
    context.close()


def test_what_happens_offline_arrives_later_and_once(live_server: LiveServer, shop: Merchant, browser: Any) -> None:
    context = browser.new_context(user_agent=AGENT)
    page = context.new_page()
    page.goto(f"{live_server.url}/shop/rill/PUMP-1/")
    context.set_offline(True)
    page.click("[data-vitrine-event=add_to_cart]")
    page.wait_for_timeout(300)
    assert "add_to_cart" not in kinds(shop, until=set())
    context.set_offline(False)
    assert kinds(shop, until={"add_to_cart"}).count("add_to_cart") == 1
    context.close()


def test_a_closed_page_still_tells(live_server: LiveServer, shop: Merchant, browser: Any) -> None:
    context = browser.new_context(user_agent=AGENT)
    page = context.new_page()
    page.goto(f"{live_server.url}/shop/rill/PUMP-1/")
    page.wait_for_timeout(1300)
    page.close(run_before_unload=True)
    assert "impression" in kinds(shop, until={"impression"})
    context.close()


def test_a_shopper_who_declined_is_left_alone(live_server: LiveServer, shop: Merchant, browser: Any) -> None:
    context = browser.new_context(user_agent=AGENT, extra_http_headers={"DNT": "1"})
    page = context.new_page()
    page.goto(f"{live_server.url}/shop/rill/PUMP-1/")
    page.wait_for_timeout(1500)
    page.click("[data-vitrine-event=add_to_cart]")
    page.wait_for_timeout(300)
    assert kinds(shop, until=set()) == []
    assert page.evaluate("localStorage.length") == 0
    context.close()


def test_a_page_that_asks_first_sends_after_the_answer_only(
    live_server: LiveServer, shop: Merchant, browser: Any
) -> None:
    context = browser.new_context(user_agent=AGENT)
    page = context.new_page()
    page.add_init_script(
        "document.addEventListener('readystatechange', () => (document.documentElement.dataset.tracking ??= 'ask'))"
    )
    page.goto(f"{live_server.url}/shop/rill/PUMP-1/")
    page.wait_for_timeout(1300)
    page.click("[data-vitrine-event=add_to_cart]")
    page.wait_for_timeout(300)
    assert kinds(shop, until=set()) == []
    assert page.evaluate("localStorage.length") == 0
    answer = "(yes) => dispatchEvent(new CustomEvent('vitrine:consent', { detail: yes }))"
    page.evaluate(answer, True)
    page.click("[data-vitrine-event=add_to_cart]")
    assert "add_to_cart" in kinds(shop, until={"add_to_cart"})
    before = kinds(shop, until=set())
    page.evaluate(answer, False)
    page.click("[data-vitrine-event=add_to_cart]")
    page.wait_for_timeout(300)
    assert len(kinds(shop, until=set())) <= len(before) + 1
    assert page.evaluate("localStorage.length") == 0
    context.close()


def test_a_live_stream_tells_how_long_it_was_in_view(live_server: LiveServer, shop: Merchant, browser: Any) -> None:
    context = browser.new_context(user_agent=AGENT)
    page = context.new_page()
    page.clock.install()
    page.add_init_script(
        "document.addEventListener('readystatechange',"
        " () => document.querySelector('[data-vitrine]')?.setAttribute('data-vitrine-live', ''))"
    )
    page.goto(f"{live_server.url}/shop/rill/PUMP-1/")
    page.wait_for_timeout(500)
    page.clock.run_for(12_000)
    assert "dwell10" in kinds(shop, until={"dwell10"})
    context.close()
