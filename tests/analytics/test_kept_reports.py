"""Pages read what the last fit wrote; a kept report never changes; the same counts write the same report."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts.models import Membership, Merchant
from analytics import learning, reports, services, snapshots
from analytics.models import DailyCount, Report, RollupMark
from analytics.reports import placement_report
from catalog.models import Product
from tests.analytics import stage
from tests.analytics.test_report import arms


@pytest.fixture
def product(at_alice: Merchant, client: Client) -> Product:
    RollupMark.objects.create(merchant=at_alice, upto=datetime(2026, 11, 22, 12, tzinfo=UTC))
    user = User.objects.create_user("ada")
    Membership.objects.create(merchant=at_alice, user=user)
    client.force_login(user)
    return stage.make_product(at_alice)


def test_a_report_survives_json_exactly(product: Product) -> None:
    arms(product, (240, 120, 100))
    stage.place(product, locale="fr-FR")
    report = placement_report(product)
    there = json.loads(json.dumps(snapshots.encode(report)))
    assert snapshots.decode(there) == report


def test_a_page_view_fits_no_model(product: Product, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    arms(product, (240, 120, 100))
    services.learn(product.merchant)

    def fit_again(*_: Any, **__: Any) -> None:
        raise AssertionError("a page view must not fit the model")

    monkeypatch.setattr(learning, "learned_from", fit_again)
    monkeypatch.setattr(reports, "placement_report", fit_again)
    for end in ("", "report.csv", "report.json"):
        answer = client.get(f"/reports/{product.public_id}/{end}")
        assert answer.status_code == 200
        assert b"family" in answer.content


def test_the_same_counts_write_the_same_digest(product: Product) -> None:
    arms(product, (240, 120, 100))
    services.write_reports(product.merchant, _learned(product))
    first = Report.objects.get().digest
    services.write_reports(product.merchant, _learned(product))
    assert Report.objects.get().digest == first
    DailyCount.objects.filter(kind="click").update(visitors=90)
    services.write_reports(product.merchant, _learned(product))
    assert Report.objects.get().digest != first


def test_a_kept_report_stays_as_it_was(product: Product, client: Client) -> None:
    arms(product, (240, 120, 100))
    services.learn(product.merchant)
    answer = client.post(f"/reports/{product.public_id}/freeze/")
    before = client.get(answer["Location"]).content
    assert b"It will never change" in before
    DailyCount.objects.filter(kind="click").update(visitors=500)
    services.learn(product.merchant)
    kept = Report.objects.exclude(frozen_by="").get()
    assert kept.frozen_by == "ada"
    assert snapshots.digest(kept.content) == kept.digest
    assert client.get(answer["Location"]).content.count(b"sells best") == before.count(b"sells best")
    assert kept.digest != Report.objects.get(frozen_by="").digest
    csv = client.get(f"/reports/{product.public_id}/report.csv?frozen={kept.digest}").content.decode()
    assert "0.120000" in csv


def test_keeping_twice_keeps_once(product: Product) -> None:
    arms(product, (240, 120))
    services.learn(product.merchant)
    first, second = services.freeze_report(product, by="ada"), services.freeze_report(product, by="bob")
    assert first == second


def test_without_shoppers_there_is_nothing_to_keep(product: Product, client: Client) -> None:
    assert services.freeze_report(product, by="ada") is None
    assert b"No report yet" in client.get(f"/reports/{product.public_id}/").content
    assert client.get(f"/reports/{product.public_id}/report.csv").status_code == 404


def _learned(product: Product) -> learning.Learned:
    learned = learning.learned_from(product.merchant)
    assert learned is not None
    return learned
