"""What a product lacks before any video of it can be honest."""

from typing import NamedTuple

from catalog.facts import ProductFacts


class Missing(NamedTuple):
    """One thing that is lacking, as a word for pages and a sentence with the way out."""

    what: str
    """photo, cutout, look or size."""
    words: str


def missing(facts: ProductFacts) -> Missing | None:
    """The first thing to add, or None when planning can begin. A size is never guessed."""
    photo = facts.packshot()
    if photo is None:
        return Missing("photo", f"{facts.sku} has no photo: add one picture of the product on a plain background.")
    if not photo.cutout:
        return Missing("cutout", f"The photo of {facts.sku} could not be cut out: add one on a plain background.")
    if photo.doubt:
        return Missing(
            "look",
            f"The cut-out of {facts.sku} waits for your look: {photo.doubt} Confirm it on the product's page, or upload"
            " another photo.",
        )
    if not photo.metres_per_pixel:
        return Missing(
            "size",
            f"The real size of {facts.sku} is unknown, so it cannot be shown at its size: enter its width, diameter or"
            " height on its page, or upload a sheet with the columns sku and width.",
        )
    return None
