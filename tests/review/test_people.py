"""Whoever is seen goes to a person; places, products and drawings of this project hold no face."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from catalog.facts import Consent
from generation.render.scene import SCENES
from review.checks.brand_rights import brand_rights
from review.checks.people import people
from review.checks.picture_rights import picture_rights
from review.observe import faces
from review.observe.records import Box, Face
from tests.factories import make_facts
from tests.review.seen import observation, plan


def _small(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        image.thumbnail((640, 640))
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("name", ["lt04.jpg", "lt06.jpg", "mh09-red_main.jpg", "mj07-black_main.jpg"])
def test_a_model_in_a_photo_is_seen(name: str, shared_data: Path) -> None:
    seen = faces.faces(_small(shared_data / "photos_magento" / name), second=0.5, enlarge=2)
    assert len(seen) == 1
    assert seen[0].score > 0.7
    assert 60 < seen[0].box.width < 260


@pytest.mark.parametrize("scene", sorted(path.parent.name for path in SCENES.glob("*/wide.jpg")))
def test_our_scenes_hold_no_face(scene: str) -> None:
    assert faces.faces(_small(SCENES / scene / "wide.jpg"), second=0, enlarge=2) == ()


def test_a_face_goes_to_a_person_who_names_the_consent() -> None:
    face = Face(second=1.5, box=Box(x=10, y=10, width=60, height=80), score=0.9)
    (finding,) = people(make_facts(), plan(), observation(faces=(face,)))
    assert (finding.severity, finding.second) == ("person", 1.5)
    assert "The plan has no person in it" in finding.message
    assert "396-b" in finding.message  # New York asks for more in the US
    (finding,) = people(make_facts(), plan(), observation())
    assert finding.severity == "info"


FACE = Face(second=1.5, box=Box(x=10, y=10, width=60, height=80), score=0.9)


def _consent(**changes: Any) -> Consent:
    return Consent(**{"id": "con-1", "kind": "person", "name": "Marie Dupont", "document": "contract 12", **changes})


@pytest.mark.parametrize(
    ("consents", "faces_seen", "severity", "words"),
    [
        ([_consent()], (FACE,), "info", "Covered by the consent of Marie Dupont (contract 12)"),
        ([_consent(territory=("FR", "US"))], (FACE,), "info", "Covered"),
        ([_consent(pictures=("0" * 64,))], (FACE,), "info", "Covered"),
        ([_consent(territory=("FR",))], (FACE,), "block", "does not hold in US, only in FR"),
        ([_consent(use="ads")], (FACE,), "block", "does not allow the own shop"),
        ([_consent(void="was withdrawn on 01 May 2026")], (FACE,), "block", "was withdrawn on 01 May 2026"),
        ([_consent(pictures=("9" * 64,))], (FACE,), "person", "No consent is entered"),
        ([_consent(kind="brand")], (FACE,), "person", "No consent is entered"),
        ([_consent()], (FACE, FACE), "person", "2 faces are seen at once"),
        ([_consent(), _consent(id="con-2", name="Jo")], (FACE, FACE), "info", "Jo (contract 12)"),
    ],
)
def test_a_face_is_held_against_the_register(
    consents: list[Consent], faces_seen: tuple[Face, ...], severity: str, words: str
) -> None:
    (finding,) = people(make_facts(consents=tuple(consents)), plan(), observation(faces=faces_seen))
    assert finding.severity == severity
    assert words in finding.message


def test_papers_for_single_pictures_say_nothing_about_a_strangers_file() -> None:
    facts = make_facts(consents=(_consent(pictures=("0" * 64,)),))
    (finding,) = people(facts, None, observation(faces=(FACE,)))
    assert finding.severity == "person"


def test_a_licensed_brand_is_shown_only_where_its_licence_holds() -> None:
    (finding,) = brand_rights(make_facts(), plan(), observation())
    assert (finding.severity, "taken for your own" in finding.message) == ("info", True)
    (finding,) = brand_rights(make_facts(consents=(_consent(kind="brand"),)), plan(), observation())
    assert finding.severity == "info"
    (finding,) = brand_rights(make_facts(consents=(_consent(kind="brand", territory=("FR",)),)), plan(), observation())
    assert (finding.severity, "does not hold in US" in finding.message) == ("block", True)


@pytest.mark.parametrize(
    ("papers", "severity", "words"),
    [
        ([], "info", "taken for your own"),
        ([{}], "info", "Permitted: Studio Nord (invoice 7)"),
        ([{"territory": ("FR",)}], "block", "Studio Nord's permission (invoice 7) does not hold in US, only in FR"),
        ([{"void": "ended on 01 May 2026"}], "block", "ended on 01 May 2026"),
        ([{"void": "ended on 01 May 2026"}, {"document": "invoice 8"}], "info", "Permitted: Studio Nord (invoice 8)"),
        ([{"pictures": ("9" * 64,), "void": "ended on 01 May 2026"}], "info", "taken for your own"),
    ],
)
def test_a_picture_is_shown_only_where_its_maker_permits_it(
    papers: list[dict[str, Any]], severity: str, words: str
) -> None:
    entered = [_consent(**{"kind": "photo", "name": "Studio Nord", "document": "invoice 7", **row}) for row in papers]
    (finding,) = picture_rights(make_facts(consents=tuple(entered)), plan(), observation())
    assert (finding.severity, words in finding.message) == (severity, True), finding.message
