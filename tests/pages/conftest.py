"""A seeded shop, people signed in to it, and a browser that reports every complaint."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts import tenancy
from accounts.models import Membership, Merchant
from tests.pages.seed import PASSWORD, Shop, seed_shop

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]  # fmt: skip


@pytest.fixture(autouse=True)
def _quick_passwords(settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _media_by_our_own_view(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django's test server would serve uploads itself, without the byte ranges that seeking needs."""
    monkeypatch.setattr("django.test.testcases._MediaFilesHandler._should_handle", lambda self, path: False)


@pytest.fixture
def shop(alice: Merchant) -> Shop:
    return seed_shop(alice)


@pytest.fixture
def at_desk(client: Client, shop: Shop) -> Client:
    """Alice, signed in."""
    client.force_login(shop.user)
    return client


@pytest.fixture
def stranger(bob: Merchant) -> Client:
    """Bob, signed in at his own shop."""
    user = User.objects.create_user("bob", password=PASSWORD)
    with tenancy.merchant_context(bob.pk):
        Membership.objects.create(merchant=bob, user=user)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, which Django takes for an asynchronous caller of its database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console said: errors, refused styles and scripts, exceptions."""
    return []


@pytest.fixture
def browse(chromium: Browser, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """Opens a page in a fresh window; options are those of a browser context."""
    contexts: list[BrowserContext] = []

    def open_page(**options: object) -> Page:
        context = chromium.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
