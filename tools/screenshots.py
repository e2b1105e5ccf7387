"""Takes pictures of the pages of a running dashboard, wide and narrow, light and dark.

    .venv/bin/python tools/screenshots.py http://127.0.0.1:8000 --user alice --password … --out /tmp/shots

It signs in, walks the pages it can reach by links, says what the browser's console complained about, and exits 1 if
it complained about anything.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

SIZES = {"wide": (1280, 860), "narrow": (390, 844), "tiny": (360, 740)}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]  # fmt: skip
FIXED = {"today": "/", "products": "/products/", "videos": "/videos/", "queue": "/review/", "reports": "/reports/",
         "upload": "/imports/"}  # fmt: skip
LINKED = {
    "product": ("/products/", "a.row[href^='/products/']"),
    "report": ("/reports/", "a.row[href^='/reports/']"),
    "shop": ("/reports/", "a.row[href^='/reports/']", "a[href^='/shop/']"),
    "import": ("/imports/", "a.row[href^='/imports/']"),
    "live": ("/videos/?show=live", "a.tile"),
    "decide": ("/videos/?show=waiting", "a.tile"),
    "blocked": ("/videos/?show=blocked", "a.tile"),
    "running": ("/videos/?show=running", "a.tile"),
    "failed": ("/videos/?show=failed", "a.tile"),
}


def main() -> int:
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = _launch(playwright, options.chromium)
        for theme in options.themes.split(","):
            for size in options.sizes.split(","):
                page = _signed_in(browser, options, theme, size, complaints)
                for name, address in _addresses(page, options):
                    _shoot(page, options, f"{name}-{size}-{theme}", address)
                page.context.close()
        browser.close()
    for complaint in sorted(set(complaints)):
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site")
    parser.add_argument("--user", default="alice")
    parser.add_argument("--password", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="", help="comma-separated page names")
    parser.add_argument("--sizes", default="wide,narrow")
    parser.add_argument("--themes", default="light,dark")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    return parser.parse_args()


def _launch(playwright: Playwright, path: str) -> Browser:
    return playwright.chromium.launch(executable_path=path, args=FLAGS)


def _signed_in(browser: Browser, options: argparse.Namespace, theme: str, size: str, complaints: list[str]) -> Page:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{options.site}/login/")
    if _wanted("login", options):
        _picture(page, options.out / f"login-{size}-{theme}.png")
    page.get_by_label("User name").fill(options.user)
    page.get_by_label("Password").fill(options.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{options.site}/")
    return page


def _addresses(page: Page, options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    for name, path in FIXED.items():
        if _wanted(name, options):
            yield name, options.site + path
    for name, (path, *selectors) in LINKED.items():
        if _wanted(name, options) and (address := _followed(page, options.site, path, selectors)):
            yield name, address


def _followed(page: Page, site: str, path: str, selectors: list[str]) -> str | None:
    """The address behind a chain of links; None when a page has no such link. Product lists end with the oldest."""
    for selector in selectors:
        page.goto(site + path)
        links = page.locator(selector)
        if not links.count():
            return None
        path = str((links.last if path == "/products/" else links.first).get_attribute("href"))
    return site + path


def _wanted(name: str, options: argparse.Namespace) -> bool:
    return not options.only or name in options.only.split(",")


def _shoot(page: Page, options: argparse.Namespace, name: str, address: str) -> None:
    page.goto(address)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if overflow > 0:
        print(f"{name}: {overflow} px wider than the window")
    _picture(page, options.out / f"{name}.png")
    print(name)


def _picture(page: Page, path: Path) -> None:
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready.then(() => true)")
    page.evaluate("document.querySelectorAll('img[loading=lazy]').forEach((image) => (image.loading = 'eager'))")
    page.wait_for_timeout(150)
    page.screenshot(path=path, full_page=True)


if __name__ == "__main__":
    sys.exit(main())
