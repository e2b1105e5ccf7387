"""Seats: an invitation opens one door once, a seat changes only what it is for, and a shop keeps an owner."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts import keys, seats, tenancy
from accounts.models import ApiKey, AuditLog, Invitation, Membership, Merchant

NEW = {"first_name": "Marie Dupont", "username": "marie", "password1": "lamp-pond-42-x", "password2": "lamp-pond-42-x"}


@pytest.fixture
def person(alice: Merchant) -> Callable[[str], tuple[User, Client]]:
    """Somebody with a seat at Alice's, signed in."""

    def seated(role: str) -> tuple[User, Client]:
        user, client = User.objects.create_user(role), Client()
        with tenancy.merchant_context(alice.pk):
            Membership.objects.create(merchant=alice, user=user, role=role)
        client.force_login(user)
        return user, client

    return seated


def invited(merchant: Merchant, role: str = "reviewer") -> str:
    with tenancy.merchant_context(merchant.pk):
        return seats.invite(merchant=merchant, email="marie@shop.example", role=role, by="Alice")[1]


def test_an_invitation_is_made_taken_and_worth_nothing_afterwards(person: Callable[..., tuple[User, Client]]) -> None:
    owner = person("owner")[1]
    page = owner.post("/team/", {"email": "marie@shop.example", "role": "reviewer"}, follow=True).content.decode()
    address = page.partition("http://testserver")[2].partition("<")[0]
    stranger = Client()

    assert "Join" in stranger.get(address).content.decode()
    home = stranger.post(address, NEW, follow=True)

    assert (home.status_code, home.redirect_chain[-1][0]) == (200, "/")
    assert "taken before" in Client().get(address).content.decode()
    people = owner.get("/team/").content.decode()
    assert ("Marie Dupont" in people, "marie@shop.example" in people, address in people) == (True, False, False)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda one: Invitation.objects.update(expires=timezone.now() - timedelta(minutes=1)), "older than seven days"),
        (lambda one: seats.withdraw(invitation=one, by="Alice"), "withdrawn"),
        (lambda one: one.delete(), "withdrawn"),
    ],
)
def test_a_closed_door_says_why(alice: Merchant, spoil: Callable[[Invitation], object], words: str) -> None:
    token = invited(alice)
    with tenancy.merchant_context(alice.pk):
        spoil(Invitation.objects.get())

    answer = Client().post(reverse("accounts:join", args=[token]), NEW)

    assert (answer.status_code, words in answer.content.decode(), User.objects.count()) == (410, True, 0)


def test_an_operator_takes_no_seat(alice: Merchant) -> None:
    client = Client()
    client.force_login(User.objects.create_user("ops", is_staff=True))
    answer = client.post(reverse("accounts:join", args=[invited(alice)]))
    assert (answer.status_code, "sit in no shop" in answer.content.decode()) == (410, True)


def test_a_changed_address_opens_nothing(alice: Merchant) -> None:
    changed = invited(alice).swapcase()  # never equal: a token always holds letters
    assert Client().get(reverse("accounts:join", args=[changed])).status_code == 410


def test_a_weak_password_is_refused_and_the_invitation_stays(alice: Merchant) -> None:
    address = reverse("accounts:join", args=[invited(alice)])
    answer = Client().post(address, {**NEW, "password1": "marie", "password2": "marie"})
    assert (answer.status_code, User.objects.count(), Client().get(address).status_code) == (422, 0, 200)


@pytest.mark.parametrize(
    ("role", "address", "allowed"),
    [
        ("editor", "catalog:import_list", True),
        ("reviewer", "catalog:import_list", False),
        ("editor", "accounts:team", False),
        ("reviewer", "accounts:key_list", False),
        ("owner", "accounts:key_list", True),
        ("reviewer", "logout", True),
    ],
)
def test_a_seat_changes_only_what_it_is_for(
    person: Callable[..., tuple[User, Client]], role: str, address: str, *, allowed: bool
) -> None:
    answer = person(role)[1].post(reverse(address), {})
    assert (answer.status_code != 403) == allowed
    assert allowed or "Ask an owner of" in answer.content.decode()


def test_a_program_in_a_browser_is_told_in_json(person: Callable[..., tuple[User, Client]]) -> None:
    answer = person("reviewer")[1].post(reverse("catalog:api_imports"), {})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "wrong_seat")


def test_every_rule_names_an_address_that_exists() -> None:
    places = get_resolver().namespace_dict.items()
    names = {f"{app}:{name}" for app, (_, resolver) in places for name in resolver.reverse_dict}
    assert {rule for rule in seats.MAY_CHANGE if ":" in rule} <= names


def test_the_last_owner_stays(person: Callable[..., tuple[User, Client]], alice: Merchant) -> None:
    user, client = person("owner")
    with tenancy.merchant_context(alice.pk):
        seat = Membership.objects.get(user=user)
    for change in ({"action": "remove"}, {"role": "editor"}):
        answer = client.post(f"/team/{seat.public_id}/", change, follow=True)
        assert "needs an owner" in answer.content.decode()
    with tenancy.merchant_context(alice.pk):
        assert Membership.objects.get().role == "owner"


def test_who_left_sees_nothing_at_once(person: Callable[..., tuple[User, Client]], alice: Merchant) -> None:
    owner, (editor, at_work) = person("owner")[1], person("editor")
    assert at_work.get("/team/").status_code == 200
    with tenancy.merchant_context(alice.pk):
        seat = Membership.objects.get(user=editor)

    owner.post(f"/team/{seat.public_id}/", {"action": "remove"})

    assert at_work.get("/team/").status_code == 403
    with tenancy.merchant_context(alice.pk):
        assert AuditLog.objects.filter(action="remove_seat", subject="editor").exists()


def test_a_person_with_two_shops_walks_between_them(
    person: Callable[..., tuple[User, Client]], alice: Merchant, bob: Merchant
) -> None:
    _, client = person("owner")
    client.post(reverse("accounts:join", args=[invited(bob)]))
    assert "Bob" in client.get("/team/").content.decode().partition("side-foot")[2][:400]

    client.post(f"/shops/{alice.public_id}/enter/")

    page = client.get("/team/").content.decode()
    assert ("Alice" in page.partition("side-foot")[2][:400], f"/shops/{bob.public_id}/enter/" in page) == (True, True)


def test_nobody_enters_a_shop_without_a_seat(person: Callable[..., tuple[User, Client]], bob: Merchant) -> None:
    assert person("owner")[1].post(f"/shops/{bob.public_id}/enter/").status_code == 404


def test_a_key_is_shown_once_works_and_is_revoked(person: Callable[..., tuple[User, Client]], alice: Merchant) -> None:
    client = person("owner")[1]
    page = client.post("/keys/", {"name": "Till", "scopes": ["catalog:read"], "days": "30"}, follow=True)
    token = "vt_" + page.content.decode().partition('long-name">vt_')[2].partition("<")[0]
    call = Client()

    assert call.get("/api/v1/products", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert token not in client.get("/keys/").content.decode()

    with tenancy.merchant_context(alice.pk):
        address = f"/keys/{ApiKey.objects.get().public_id}/revoke/"
    client.post(address)
    assert keys.holder(token) is None
    assert call.get("/api/v1/products", headers={"Authorization": f"Bearer {token}"}).status_code == 401


@pytest.mark.django_db
def test_a_shop_is_opened_from_the_shell() -> None:
    said = StringIO()
    call_command("open_shop", "lamps", "--name", "Lamps & Co.", "--invite", "jo@lamps.example", stdout=said)
    path = said.getvalue().splitlines()[-1]
    assert "Join Lamps &amp; Co." in Client().get(path).content.decode()


def test_a_person_of_any_seat_changes_their_own_password(person: Callable[..., tuple[User, Client]]) -> None:
    user, client = person("reviewer")
    user.set_password("before-42-pond")
    user.save()
    client.force_login(user)
    new = {"old_password": "before-42-pond", "new_password1": "after-42-pond-x", "new_password2": "after-42-pond-x"}

    wrong = client.post("/password/", {**new, "old_password": "guess"})
    right = client.post("/password/", new)

    user.refresh_from_db()
    assert (wrong.status_code, right.status_code, user.check_password("after-42-pond-x")) == (200, 302, True)
