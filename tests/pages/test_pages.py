"""Every page answers its merchant, hides from strangers, and needs no JavaScript to say what it says."""

from collections.abc import Callable
from html import unescape

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import tenancy
from accounts.models import AuditLog, Membership
from analytics import services as analytics_services
from analytics.models import Report
from catalog.models import Import, Product
from generation import services
from generation.models import Job, Video
from review import watching
from review.models import Audit, Finding
from tests.pages.seed import Shop, bring_to, photo_bytes, seed_imports, seed_photo, seed_video

LISTS = [
    "accounts:team", "accounts:key_list",
    "home", "generation:product_list", "review:video_list", "review:queue_list", "analytics:report_list",
    "catalog:import_list", "review:arena", "review:arena_results",
]  # fmt: skip


def _product(shop: Shop) -> str:
    return str(shop.product.public_id)


def _video(state: str) -> Callable[[Shop], str]:
    return lambda shop: str(shop.videos[state].public_id)


def _import(shop: Shop) -> str:
    with tenancy.merchant_context(shop.merchant.pk):
        return str(Import.objects.get(state="checked").public_id)


SINGLE = [
    ("generation:product_detail", _product),
    ("generation:product_board", _product),
    ("generation:product_place", _product),
    ("analytics:report_detail", _product),
    ("analytics:report_csv", _product),
    ("catalog:import_detail", _import),
    ("review:video_detail", _video(Video.State.PUBLISHED)),
    ("review:video_detail", _video(Video.State.NEEDS_PERSON)),
    ("review:video_detail", _video(Video.State.REJECTED)),
    ("review:video_detail", _video(Video.State.PLANNED)),
    ("review:video_detail", _video(Video.State.FAILED)),
    ("review:video_progress", _video(Video.State.DRAFTED)),
]
POSTS = [
    ("generation:product_plan", _product),
    ("generation:product_parameter", _product),
    ("generation:video_remake", _video(Video.State.STALE)),
    ("generation:video_retry", _video(Video.State.FAILED)),
    ("generation:video_trim", _video(Video.State.PUBLISHED)),
    ("review:video_approve", _video(Video.State.NEEDS_PERSON)),
    ("review:video_reject", _video(Video.State.NEEDS_PERSON)),
    ("review:video_show", _video(Video.State.APPROVED)),
    ("review:video_check", _video(Video.State.NEEDS_PERSON)),
    ("catalog:import_confirm", _import),
    ("catalog:import_pause", _import),
    ("catalog:import_cancel", _import),
]


def test_pages_offer_what_a_seat_may_change(at_desk: Client, shop: Shop) -> None:
    video, product = shop.videos[Video.State.REVIEWING], shop.product
    pages = (f"/videos/{video.public_id}/", f"/products/{product.public_id}/", "/imports/")
    offers = ("Approve</button>", "Plan and make videos", "Check this file")
    offered = {}
    for role in ("owner", "editor", "reviewer"):
        with tenancy.merchant_context(shop.merchant.pk):
            Membership.objects.update(role=role)
        offered[role] = [word in at_desk.get(page).content.decode() for page, word in zip(pages, offers, strict=True)]
    assert offered == {"owner": [True] * 3, "editor": [False, True, True], "reviewer": [True, False, False]}


def test_lists_answer_their_merchant(at_desk: Client) -> None:
    answers = {name: at_desk.get(reverse(name)).status_code for name in LISTS}

    assert set(answers.values()) == {200}, answers


def test_the_first_page_says_what_sells_and_tells_what_is_alike_once(at_desk: Client, shop: Shop) -> None:
    with tenancy.merchant_context(shop.merchant.pk):
        analytics_services.learn(shop.merchant)
        sentence = Report.objects.get(product=shop.product).content["verdict"]["sentence"]
        for number in range(4):
            AuditLog.objects.create(merchant=shop.merchant, actor="Ada", action="note", subject=f"row {number}")
    page = unescape(at_desk.get(reverse("home")).content.decode())
    assert sentence in page
    assert page.count("<strong>Ada</strong>") == 1
    assert "and 3 more" in page
    assert sentence in unescape(at_desk.get(reverse("analytics:report_list")).content.decode())


def test_lists_send_a_visitor_to_the_door(client: Client, db: None) -> None:
    answers = {name: client.get(reverse(name)) for name in LISTS}

    assert {name: response["Location"] for name, response in answers.items()} == {
        name: f"{reverse('login')}?next={reverse(name)}" for name in LISTS
    }


def test_an_empty_shop_is_told_the_next_step(stranger: Client) -> None:
    somebody_sits_there = {"accounts:team"}
    pages = {name: stranger.get(reverse(name)).content.decode() for name in LISTS if name not in somebody_sits_there}
    silent = [name for name, page in pages.items() if 'class="empty"' not in page]

    assert silent == []


def test_single_pages_answer_their_merchant(at_desk: Client, shop: Shop) -> None:
    answers = {(name, key(shop)): at_desk.get(reverse(name, args=[key(shop)])).status_code for name, key in SINGLE}

    assert set(answers.values()) == {200}, answers


def test_single_pages_hide_from_a_stranger(stranger: Client, shop: Shop) -> None:
    answers = {(name, key(shop)): stranger.get(reverse(name, args=[key(shop)])).status_code for name, key in SINGLE}

    assert set(answers.values()) == {404}, answers


def test_buttons_of_others_do_nothing(stranger: Client, shop: Shop) -> None:
    with tenancy.merchant_context(shop.merchant.pk):
        before = list(Video.objects.order_by("pk").values_list("pk", "state"))

    answers = {name: stranger.post(reverse(name, args=[key(shop)])).status_code for name, key in POSTS}

    assert set(answers.values()) == {404}, answers
    with tenancy.merchant_context(shop.merchant.pk):
        assert list(Video.objects.order_by("pk").values_list("pk", "state")) == before


def test_buttons_refuse_to_be_followed_as_links(at_desk: Client, shop: Shop) -> None:
    answers = {name: at_desk.get(reverse(name, args=[key(shop)])).status_code for name, key in POSTS}

    assert set(answers.values()) == {405}, answers


def test_lists_ask_no_more_of_the_database_when_they_grow(at_desk: Client, shop: Shop) -> None:
    for name in LISTS:
        at_desk.get(reverse(name))
    before = {name: _queries(at_desk, name) for name in LISTS}

    _grow(shop)

    assert {name: _queries(at_desk, name) for name in LISTS} == before


def _queries(client: Client, name: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse(name))
    return len(captured)


def test_the_product_page_shows_what_is_true_and_what_disagrees(at_desk: Client, shop: Shop) -> None:
    page = at_desk.get(reverse("generation:product_detail", args=[shop.product.public_id])).content.decode()

    assert "at most</span> <strong>0.45</strong> m" in page
    assert "Disagrees" in page
    assert "20 cm" in page
    assert page.count("Needs evidence") == 1
    assert page.count("Proved") == 1


def test_a_product_without_photo_says_what_is_missing(at_desk: Client, shop: Shop) -> None:
    with tenancy.merchant_context(shop.merchant.pk):
        bare = Product.objects.get(sku="BARE-1")

    page = at_desk.get(reverse("generation:product_detail", args=[bare.public_id])).content.decode()

    assert "No video can be made yet." in page
    assert "Plan and make videos</button>" not in page


def test_a_rejected_video_shows_allowed_measured_and_the_frame(at_desk: Client, shop: Shop) -> None:
    page = at_desk.get(_page_of(shop, Video.State.REJECTED)).content.decode()

    assert "allowed 0.495 m" in page
    assert "measured 0.82 m ± 0.04" in page
    assert "/media/evidence/" in page
    assert ">Approve</button>" not in page


def test_a_video_opens_with_its_gravest_file(at_desk: Client, shop: Shop) -> None:
    """Only its tall file is stopped, at a height that is no more than a lower bound."""
    video = shop.videos[Video.State.REJECTED]
    with tenancy.merchant_context(shop.merchant.pk):
        Audit.objects.filter(cut__video=video, cut__format="wide").update(state="passed")
        tall = Audit.objects.get(cut__video=video, cut__format="tall")
        tall.observation["effect"]["kind"] = "AtLeast"
        tall.save()
        Finding.objects.filter(audit=tall, rule="effect_height").update(measured=0.8, uncertainty=0.04)
    page = at_desk.get(_page_of(shop, Video.State.REJECTED)).content.decode()
    assert '?format=tall" aria-current="true"' in page
    assert "measured at least 0.80 m ± 0.04" in page
    page = at_desk.get(f"{_page_of(shop, Video.State.REJECTED)}?format=wide").content.decode()
    assert '?format=wide" aria-current="true"' in page


def test_a_failed_video_says_why_and_offers_another_try(at_desk: Client, shop: Shop) -> None:
    page = at_desk.get(_page_of(shop, Video.State.FAILED)).content.decode()

    assert "The disk is full: free 2 GB and try again." in page
    assert "Try again</button>" in page


def test_progress_is_polled_while_it_moves_and_ends_when_it_is_over(at_desk: Client, shop: Shop) -> None:
    moving = at_desk.get(reverse("review:video_progress", args=[shop.videos[Video.State.DRAFTED].public_id]))
    over = at_desk.get(reverse("review:video_progress", args=[shop.videos[Video.State.PUBLISHED].public_id]))

    assert "Composing, voicing and encoding" in moving.content.decode()
    assert 'hx-trigger="every 1s"' in moving.content.decode()
    assert (over.status_code, over["HX-Refresh"]) == (286, "true")


def test_the_report_marks_simulated_shoppers_and_gives_its_table(at_desk: Client, shop: Shop) -> None:
    page = at_desk.get(reverse("analytics:report_detail", args=[shop.product.public_id])).content.decode()
    table = at_desk.get(reverse("analytics:report_csv", args=[shop.product.public_id])).content.decode()

    assert "Simulated shoppers" in page
    assert '<svg class="chart"' in page
    assert len(table.splitlines()) == 11


def test_pages_carry_no_inline_style_or_script(at_desk: Client, shop: Shop) -> None:
    addresses = [reverse(name) for name in LISTS] + [reverse(name, args=[key(shop)]) for name, key in SINGLE[:5]]
    for address in [*addresses, _page_of(shop, Video.State.REJECTED)]:
        response = at_desk.get(address)
        page = response.content.decode()
        assert " style=" not in page, address
        assert "<style" not in page, address
        assert "<script>" not in page, address
        assert "script-src 'self'" in response["Content-Security-Policy"]


def _page_of(shop: Shop, state: str) -> str:
    return reverse("review:video_detail", args=[shop.videos[state].public_id])


def _grow(shop: Shop) -> None:
    with tenancy.merchant_context(shop.merchant.pk):
        for number in range(3):
            product = Product.objects.create(merchant=shop.merchant, sku=f"MORE-{number}", title="One more")
            seed_photo(product)
            for place, state in enumerate((Video.State.NEEDS_PERSON, Video.State.PUBLISHED, Video.State.PLANNED)):
                video = seed_video(product, scenario="family", locale="en-US", hook="proof", place=100 + place)
                bring_to(video, state)
        seed_imports(shop.merchant)


def test_a_size_is_entered_on_the_products_page(at_desk: Client, shop: Shop) -> None:
    page = reverse("generation:product_detail", args=[_product(shop)])
    refused = at_desk.post(page + "parameters/", {"name": "width", "value": "twelve"})
    at_desk.post(page + "parameters/", {"name": "width", "value": "12,5 cm"})

    assert (refused.status_code, b"twelve" in refused.content) == (422, True)
    assert "entered by" in at_desk.get(page).content.decode()
    assert 'value="12.5 cm"' in at_desk.get(page, {"edit": "width"}).content.decode()


def test_an_outdated_video_offers_to_be_made_anew(at_desk: Client, shop: Shop) -> None:
    page = at_desk.get(reverse("review:video_detail", args=[_video(Video.State.STALE)(shop)]))

    assert "Make it anew" in page.content.decode()


def test_a_ruler_without_length_or_unit_is_refused_and_nothing_is_lost(at_desk: Client, shop: Shop) -> None:
    address = f"/products/{shop.product.public_id}/place/"
    marks = {"ground_x": 50, "ground_y": 80, "from_x": 20, "from_y": 80, "to_x": 21, "to_y": 80, "length": "twenty"}

    answer = at_desk.post(address, {**marks, "photo": SimpleUploadedFile("a.jpg", b"no picture")})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Write a length with its unit" in text
    assert 'value="20"' in text


def test_a_photo_is_added_on_the_products_page_and_a_useless_file_says_why(at_desk: Client, shop: Shop) -> None:
    with tenancy.merchant_context(shop.merchant.pk):
        bare = Product.objects.get(sku="BARE-1")
    page, photo = reverse("generation:photo_add", args=[bare.public_id]), photo_bytes()
    sent = [SimpleUploadedFile("fountain.jpg", photo), SimpleUploadedFile("notes.jpg", b"no picture")]

    answer = at_desk.post(page, {"photos": sent}, follow=True).content.decode()

    with tenancy.merchant_context(shop.merchant.pk):
        (image,) = bare.images.all()
    assert (image.role, bool(image.cutout)) == ("packshot", True)
    assert "fountain.jpg is added and cut out" in answer
    assert "notes.jpg is not a picture that we can read" in answer
    again = at_desk.post(page, {"photos": SimpleUploadedFile("f.jpg", photo)}, follow=True)
    assert "was here before" in again.content.decode()


def test_sentences_and_answers_are_written_on_the_products_page(at_desk: Client, shop: Shop) -> None:
    page = reverse("generation:product_detail", args=[_product(shop)])
    sent = {"locale": "en-US", "text": "Five heads to choose from", "proofs": ["par-spray_heads"]}
    kept = at_desk.post(f"{page}sentences/", sent, follow=True).content.decode()
    opened = at_desk.get(page, {"say": "sp-sun", "in": "fr-FR"}).content.decode()
    refused = at_desk.post(f"{page}sentences/", {**sent, "text": ""}, follow=True).content.decode()
    gone = at_desk.post(f"{page}sentences/", {"remove": "sp-birds"}, follow=True).content.decode()

    answered = at_desk.post(
        f"{page}answers/", {"key": "q-2", "text": "Yes, for all fish."}, follow=True
    ).content.decode()

    assert ("Answer it" in kept, "Answer it" in answered, "Yes, for all fish." in answered) == (True, False, True)
    assert "<p>Five heads to choose from</p>" in kept
    assert ("Change this sentence" in opened, ">Marche au soleil, sans pile</textarea>" in opened) == (True, True)
    assert ("Write one sentence" in refused, "Birds love it" in gone) == (True, False)


def test_pages_say_what_happened_to_a_video_and_to_which(at_desk: Client, shop: Shop) -> None:
    video = shop.videos[Video.State.STALE]
    with tenancy.merchant_context(shop.merchant.pk):
        services.log(video, "catalog", "mark_stale", "The width changed to 8 cm")
    today = at_desk.get(reverse("home")).content.decode()
    listed = at_desk.get(reverse("review:video_list"), {"show": "stale"}).content.decode()
    page = at_desk.get(_page_of(shop, Video.State.STALE)).content.decode()

    assert ("Solar fountain pump, floating, 16 cm, outdoor" in today, "just now" in today) == (True, True)
    assert "The width changed to 8 cm" in listed
    assert [words in page for words in ("put a video live", "paused a video whose ground changed")] == [True, True]


def test_pressing_make_it_again_twice_leads_to_the_same_one(at_desk: Client, shop: Shop) -> None:
    again = reverse("review:video_again", args=[shop.videos[Video.State.REJECTED].public_id])
    pressed = [at_desk.post(again)["Location"] for _ in range(2)]
    page = at_desk.get(_page_of(shop, Video.State.REJECTED)).content.decode()

    assert pressed[0] == pressed[1]
    assert (f'href="{pressed[0]}"' in page, "Make it again within its limits" in page) == (True, False)


def test_all_outdated_videos_are_made_anew_on_one_click(at_desk: Client, shop: Shop) -> None:
    page = at_desk.get(reverse("review:video_list"), {"show": "stale"}).content.decode()
    answer = at_desk.post(reverse("generation:stale_remake"), follow=True).content.decode()

    with tenancy.merchant_context(shop.merchant.pk):
        states = list(Video.objects.filter(pk=shop.videos[Video.State.STALE].pk).values_list("state", flat=True))
    assert "Make all anew" in page
    assert ("is being made anew" in answer, states) == (True, ["retired"])


def test_an_upload_says_what_would_change_and_can_be_stopped(at_desk: Client, shop: Shop) -> None:
    page = reverse("catalog:import_detail", args=[_import(shop)])
    change = {"sku": "VT-FNT-016", "field": "spray_height", "before": "at most 0.45 m", "after": "at most 0.4 m"}
    with tenancy.merchant_context(shop.merchant.pk):
        Import.objects.filter(state="checked").update(outlook={"new": 2, "changed": 1, "same": 3, "changes": [change]})
    text = at_desk.get(page).content.decode()
    stopped = at_desk.post(page + "cancel/", follow=True).content.decode()

    assert "at most 0.4 m" in text
    assert '<strong class="number">2</strong> new' in text
    assert "Stopped by" in stopped


def test_a_video_waits_once_however_many_jobs_made_it(at_desk: Client, shop: Shop) -> None:
    with tenancy.merchant_context(shop.merchant.pk):
        video = shop.videos[Video.State.NEEDS_PERSON]
        for kind in ("generate", "compose"):
            Job.objects.get_or_create(merchant=shop.merchant, video=video, kind=kind, defaults={"queue": "gpu"})
        Job.objects.get_or_create(merchant=shop.merchant, video=video, kind="review", defaults={"queue": "review"})
        waiting = list(watching.queue())

    assert sorted(waiting.count(one) for one in waiting) == [1] * len(waiting)
    assert at_desk.get(reverse("review:queue_list")).content.decode().count(str(video.public_id)) == 1
