"""Whoever is seen goes to a person; places, products and drawings of this project hold no face."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generation.render.scene import SCENES
from review.checks.people import people
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
