"""What a merchant decides about a file's columns is used, remembered, and refused where it is wrong."""

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from PIL import Image as PillowImage

from accounts import keys, tenancy
from accounts.models import Merchant
from catalog import decisions, feeds, selectors, services
from catalog.ingest import choices
from catalog.ingest.choices import ChoiceError, Choices
from catalog.ingest.fetch import Fetcher
from catalog.models import FeedSource, Import, Parameter, Product
from tests.catalog.test_fetch import moved, ok, resolved, server

ODD = "Nr,Was es ist,Kostet,Wie hoch,Wie schwer\nA-1,Gartenpumpe,24.90,45,2\nA-2,Kanne,12,20,1\n"
PLAIN = "sku,title,price,Height\nA-1,Pump,24.90,45\nA-2,Can,12,20\n"
MEANT = {"Nr": "sku", "was es ist": "title", "Kostet": "price"}


def checked(merchant: Merchant, text: str, name: str = "liste.csv") -> Import:
    batch = services.keep(merchant=merchant, file=io.BytesIO(text.encode()), name=name)
    return services.check_import(batch=batch)


def again(batch: Import, chosen: Choices) -> Import:
    assert decisions.decide(batch=batch, chosen=chosen)
    return services.check_import(batch=batch)


def test_a_file_nobody_understood_is_read_once_its_columns_are_named(at_alice: Merchant) -> None:
    batch = checked(at_alice, ODD)
    assert batch.state == Import.State.FAILED
    assert [column for column, _ in batch.columns] == ["Nr", "Was es ist", "Kostet", "Wie hoch", "Wie schwer"]

    again(batch, Choices(columns=MEANT, currency="eur", units={"Wie hoch": "cm"}))
    services.run_import(batch=batch)

    pump = Product.objects.get(sku="A-1")
    assert (pump.title, pump.price_minor, pump.currency) == ("Gartenpumpe", 2490, "EUR")
    assert str(Parameter.objects.get(product=pump, name="wie_hoch").unit) == "cm"
    assert batch.columns[0] == ["Nr", "sku"]


def test_the_next_file_with_these_columns_is_read_the_same_way(at_alice: Merchant) -> None:
    again(checked(at_alice, ODD), Choices(columns=MEANT))
    columns = "Wie schwer,Kostet,Was es ist,Nr,Wie hoch\n"
    batch = checked(at_alice, columns + "1,9,Eimer,A-3,30\n", "naechste.csv")
    assert (batch.state, batch.rows, batch.refused) == ("checked", 1, 0)
    assert FeedSource.objects.count() == 1


def test_what_was_decided_can_be_forgotten(at_alice: Merchant) -> None:
    batch = checked(at_alice, PLAIN)
    again(batch, Choices(columns={"Height": choices.IGNORED}, currency="EUR"))
    assert (batch.warned, batch.outlook["without_currency"]) == (0, 0)

    assert decisions.forget(batch=batch)
    services.check_import(batch=batch)

    assert FeedSource.objects.count() == 0
    assert (batch.warned, batch.outlook["without_currency"]) == (2, 2)
    assert not feeds.forget(merchant=at_alice, columns=["sku", "title", "price", "Height"])


def test_what_one_merchant_decided_says_nothing_to_another(alice: Merchant, bob: Merchant) -> None:
    again(checked(alice, ODD), Choices(columns=MEANT))
    batch = services.keep(merchant=bob, file=io.BytesIO(ODD.encode()), name="liste.csv")
    assert services.check_import(batch=batch).state == Import.State.FAILED


def test_one_decision_gives_every_row_its_currency_and_unit(at_alice: Merchant) -> None:
    batch = checked(at_alice, PLAIN)
    assert batch.outlook["without_currency"] == 2
    group = next(group for group in selectors.problem_groups(selectors.import_problems(batch)) if group.unit)
    assert (group.column, group.unit, group.count) == ("Height", "cm", 2)

    again(batch, Choices(currency="EUR", units={"Height": "cm"}))

    assert (batch.ready, batch.warned, batch.outlook["without_currency"]) == (2, 0, 0)
    services.run_import(batch=batch)
    assert sorted(Parameter.objects.values_list("name", "value", "unit")) == [
        ("height", 20.0, "cm"),
        ("height", 45.0, "cm"),
    ]


def test_a_column_may_be_left_out_or_kept_as_a_specification(at_alice: Merchant) -> None:
    text = "sku,title,price,brand,Colour\nA-1,Pump,1 EUR,Rill,blue\n"
    batch = checked(at_alice, text)
    again(batch, Choices(columns={"brand": choices.SPECIFICATION, "colour": choices.IGNORED}))
    services.run_import(batch=batch)
    pump = Product.objects.get()
    assert (pump.brand, pump.attributes) == ("", {"brand": "Rill"})


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (Choices(columns={"Preis": "price"}), "no column 'preis'"),
        (Choices(columns={"price": "cost"}), "'cost' for column 'price' is none of sku"),
        (Choices(currency="EURO"), "'EURO' is no currency"),
        (Choices(units={"Height": "spoon"}), "'spoon' for column 'height' is no unit"),
    ],
)
def test_a_decision_that_cannot_be_used_says_why(at_alice: Merchant, chosen: Choices, words: str) -> None:
    batch = checked(at_alice, PLAIN)
    with pytest.raises(ChoiceError, match=words):
        decisions.decide(batch=batch, chosen=chosen)
    assert FeedSource.objects.count() == 0


def test_rows_that_are_stored_are_not_checked_again(at_alice: Merchant) -> None:
    batch = services.import_file(merchant=at_alice, file=io.BytesIO(PLAIN.encode()), name="list.csv")
    assert not decisions.decide(batch=batch, chosen=Choices(currency="EUR"))
    assert Import.objects.get(pk=batch.pk).state == Import.State.DONE


def test_a_feed_is_fetched_from_its_address_and_checked(at_alice: Merchant) -> None:
    with server(moved("/v2/list.csv"), ok(PLAIN.encode())) as network:
        batch = feeds.keep_address(merchant=at_alice, url="http://shop.example/export/list.csv?key=1")
        feeds.bring(batch, Fetcher(resolve=resolved, network=network, accept="*/*"))
        assert len(network.asked) == 2
    services.check_import(batch=batch)
    assert (batch.name, batch.state, batch.rows) == ("list.csv", "checked", 2)


@pytest.mark.parametrize("address", ["http://169.254.169.254/latest", "http://localhost/feed.csv", "ftp://a.example/f"])
def test_a_feed_from_inside_the_network_is_refused_with_a_reason(at_alice: Merchant, address: str) -> None:
    batch = services.check_import(batch=feeds.keep_address(merchant=at_alice, url=address))
    assert batch.state == Import.State.FAILED
    assert "http" in batch.error or "address" in batch.error


def test_a_feed_that_is_too_large_leaves_nothing(at_alice: Merchant) -> None:
    with server(ok(b"x" * 5000)) as network:
        batch = feeds.keep_address(merchant=at_alice, url="http://shop.example/feed")
        with pytest.raises(ValueError, match="more than 1,000 bytes"):
            feeds.bring(batch, Fetcher(resolve=resolved, network=network, byte_limit=1000))
    assert not batch.file


def test_the_command_takes_a_map_and_a_currency(
    alice: Merchant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(ODD)
    maps = ["Nr=sku", "Was es ist=title", "Kostet=price"]
    call_command("import_products", str(path), "--merchant", alice.slug, "--json", "--currency", "EUR", map=maps)
    found = json.loads(capsys.readouterr().out)
    assert (found["understood"], found["added"]) == (True, 2)
    with pytest.raises(CommandError, match="no column 'preis'"):
        call_command("import_products", str(path), "--merchant", alice.slug, map=["Preis=price"])


def test_what_is_left_is_reckoned_from_the_pace_of_this_stage(at_alice: Merchant) -> None:
    begun = timezone.now() - timedelta(seconds=30)
    batch = Import(merchant=at_alice, rows=1000, done=400, began=begun, began_at=100)
    assert selectors.seconds_left(batch) == pytest.approx(60, abs=1)
    batch.done = 100
    assert selectors.seconds_left(batch) is None


def test_the_command_fetches_the_pictures_only_where_it_is_told(
    alice: Merchant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = io.BytesIO()
    PillowImage.new("RGB", (640, 640), (200, 60, 40)).save(out, "PNG")
    path = tmp_path / "liste.csv"
    path.write_text("sku,title,price,image_link\nA-1,Pumpe,9 EUR,http://shop.example/a.png\n")
    with server(ok(out.getvalue())) as network:
        monkeypatch.setattr(services, "Fetcher", lambda: Fetcher(resolve=resolved, network=network))
        call_command("import_products", str(path), "--merchant", alice.slug, "--json")
        assert network.asked == []
        call_command("import_products", str(path), "--merchant", alice.slug, "--json", "--fetch")
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["pictures"] for row in found] == [0, 1]


def test_programs_decide_and_forget_as_people_do(client: Client, alice: Merchant) -> None:
    with tenancy.merchant_context(alice.pk):
        _, token = keys.issue(merchant=alice, name="till", scopes=["catalog:read", "catalog:write"], by="ann")
    headers = {"Authorization": f"Bearer {token}"}
    batch = checked(alice, ODD)
    path = f"/api/v1/imports/{batch.public_id}/choices"

    wrong = client.post(path, {"columns": {"Preis": "price"}}, "application/json", headers=headers)
    decided = client.post(path, {"columns": MEANT, "currency": "EUR"}, "application/json", headers=headers)
    services.process(batch=batch)
    late = client.post(path, {"currency": "USD"}, "application/json", headers=headers)
    forgotten = client.delete(path, headers=headers)

    assert (wrong.status_code, decided.status_code, late.status_code, forgotten.status_code) == (422, 202, 409, 202)
    assert "no column 'preis'" in wrong.json()["error"]["message"]
    assert (decided.json()["state"], late.json()["error"]["code"]) == ("received", "not_waiting")
    with tenancy.merchant_context(alice.pk):
        assert set(Product.objects.values_list("sku", "currency")) == {("A-1", "EUR"), ("A-2", "EUR")}
        assert not FeedSource.objects.exists()


def test_programs_name_a_feed_by_its_public_address(client: Client, alice: Merchant) -> None:
    with tenancy.merchant_context(alice.pk):
        _, token = keys.issue(merchant=alice, name="till", scopes=["catalog:write"], by="ann")
    headers = {"Authorization": f"Bearer {token}"}

    sent = client.post("/api/v1/imports", {"url": "https://shop.example/f.csv"}, "application/json", headers=headers)
    wrong = client.post("/api/v1/imports", {"url": "file:///etc/passwd"}, "application/json", headers=headers)

    assert (sent.status_code, sent.json()["name"], sent.json()["state"]) == (202, "f.csv", "received")
    assert wrong.status_code == 422
    with tenancy.merchant_context(alice.pk):
        assert Import.objects.get().source_url == "https://shop.example/f.csv"
