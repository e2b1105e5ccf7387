"""Walk a merchant's own file through the dashboard, from the upload to the report, in a real browser with real workers.

python benchmarks/dashboard_walk.py feed.json --photos photos/ --sku A-1 --width "12 cm" [--pictures DIR] [--json]

Uploads a ZIP of the feed and its photos, confirms it, gives the width, plans and makes videos, plays the first that
passed, approves it, opens the shop page as a stranger and reads the report. Any step that cannot be done ends it.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import report

MAKING_SECONDS = 1500
PLAY_SECONDS = 30
SEAT = """
from django.contrib.auth.models import User
from accounts import tenancy
from accounts.models import Membership, Merchant
merchant = Merchant.objects.create(slug="walk", name="Corner shop")
user = User.objects.create_user("ann", password="{password}")
with tenancy.merchant_context(merchant.pk):
    Membership.objects.create(merchant=merchant, user=user)
"""
PASSWORD = "a-walk-through-the-shop"


@dataclass
class Walk:
    """A signed-in page and how long each step took."""

    page: Page
    site: str
    pictures: Path | None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step and keep a picture of where it ended."""
        started = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - started, 1)
        print(f"{name:<24}{self.seconds[name]:>8.1f} s", file=sys.stderr)
        if self.pictures:
            self.page.screenshot(path=self.pictures / f"{len(self.seconds)}-{name.replace(' ', '-')}.png")


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="vitrine-walk-") as name:
        folder = Path(name)
        archive = _packed(options.feed, options.photos, folder)
        with _serving(folder / "home") as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            walk = Walk(browser.new_page(viewport={"width": 1280, "height": 900}), site, options.pictures)
            _sign_in(walk)
            _upload(walk, archive)
            _make(walk, options.sku, options.width)
            address = _approve(walk)
            stranger = browser.new_context().new_page()
            _shop(walk, stranger, address)
            browser.close()
    rows = [("step", "seconds"), *walk.seconds.items()]
    report.show("dashboard_walk", walk.seconds, rows=rows, as_json=options.json)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feed", type=Path)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--sku", required=True)
    parser.add_argument("--width", required=True, help='such as "12 cm"')
    parser.add_argument("--pictures", type=Path, help="keep a screenshot of every step here")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    return options


def _packed(feed: Path, photos: Path, folder: Path) -> Path:
    target = folder / "upload.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.write(feed, feed.name)
        for path in sorted(photos.iterdir()):
            if path.suffix in (".jpg", ".jpeg", ".png", ".webp"):
                archive.write(path, f"photos/{path.name}")
    return target


@contextmanager
def _serving(home: Path) -> Iterator[str]:
    """The dashboard with its workers in an empty folder; the address where it answers."""
    home.mkdir()
    environment = {**os.environ, "VITRINE_HOME": str(home), "PYTHONWARNINGS": "ignore"}
    log = home / "walk.log"
    command = [sys.executable, "manage.py", "demo", "--serve-only"]
    with log.open("w") as sink:
        demo = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=sink, stderr=subprocess.STDOUT)
    try:
        site = _address(log, demo)
        seat = SEAT.format(password=PASSWORD)
        subprocess.run(
            [sys.executable, "manage.py", "shell", "-c", seat], cwd=ROOT, env=environment, check=True, timeout=120,
            capture_output=True,
        )  # fmt: skip
        yield site
    finally:
        demo.send_signal(signal.SIGINT)  # as Ctrl-C does: servers and workers end before their folder goes
        demo.wait(timeout=60)


def _address(log: Path, demo: subprocess.Popen[bytes], patience: float = 180) -> str:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and demo.poll() is None:
        line = next((line for line in log.read_text().splitlines() if "Dashboard" in line), "")
        if line:
            return line.split()[-1]
        time.sleep(0.5)
    raise SystemExit(f"The dashboard did not start:\n{log.read_text()[-2000:]}")


def _sign_in(walk: Walk) -> None:
    walk.page.goto(f"{walk.site}/login/")
    walk.page.get_by_label("User name").fill("ann")
    walk.page.get_by_label("Password").fill(PASSWORD)
    walk.page.get_by_role("button", name="Sign in").click()


def _upload(walk: Walk, archive: Path) -> None:
    page = walk.page
    with walk.step("check the upload"):
        page.goto(f"{walk.site}/imports/")
        page.get_by_label("Choose a product file").set_input_files(archive)
        page.get_by_role("button", name="Check this file").click()
        expect(page.get_by_role("button", name="Store the rows")).to_be_visible(timeout=180_000)
    with walk.step("store and cut out"):
        page.get_by_role("button", name="Store the rows").click()
        expect(page.get_by_role("link", name="See your products")).to_be_visible(timeout=600_000)


def _make(walk: Walk, sku: str, width: str) -> None:
    page = walk.page
    with walk.step("give the width"):
        page.goto(f"{walk.site}/products/?q={sku}")
        page.locator("a.row[href^='/products/']").first.click()
        page.locator("#width").fill(width)
        page.get_by_role("button", name="Save the width").click()
    with walk.step("plan"):
        page.get_by_role("button", name="Plan and make videos").click()
        expect(page.get_by_text("videos planned")).to_be_visible()
    with walk.step("make and check"):
        expect(page.get_by_text("Passed, needs your yes").first).to_be_visible(timeout=MAKING_SECONDS * 1000)


def _approve(walk: Walk) -> str:
    page = walk.page
    with walk.step("play"):
        page.locator("a.tile", has_text="Passed, needs your yes").first.click()
        video = page.locator("video")
        video.evaluate("video => { video.muted = true; return video.play() }")
        deadline = time.monotonic() + PLAY_SECONDS
        while video.evaluate("video => video.currentTime") < 1:
            if time.monotonic() > deadline:
                raise SystemExit("The video does not play.")
            page.wait_for_timeout(100)
    with walk.step("approve"):
        page.locator("#approver").fill("Ann Walker")
        page.get_by_role("button", name="Approve").click()
        link = page.get_by_role("link", name="See the shop page")
        expect(link).to_be_visible()
    return str(link.get_attribute("href"))


def _shop(walk: Walk, stranger: Page, address: str) -> None:
    with walk.step("see it in the shop"):
        stranger.goto(f"{walk.site}{address}")
        expect(stranger.locator("video")).to_be_visible()
    with walk.step("read the report"):
        walk.page.goto(f"{walk.site}/reports/")
        walk.page.locator("a.row[href^='/reports/']").first.click()
        expect(walk.page.locator("h1")).to_be_visible()


if __name__ == "__main__":
    sys.exit(main())
