"""A picture that somebody else made is shown only where and while its maker permits it."""

from catalog.facts import ProductFacts
from generation.specs import VideoSpec
from review.checks.base import Finding
from review.checks.rights import named, rights_over
from review.observe.records import Observation

RULE = "picture_rights"


def picture_rights(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Each picture that papers speak about needs one that holds; for a stranger's file only papers about everything
    count."""
    pictures = sorted(spec.pictures(facts)) if spec else [""]
    each = [rights_over("photo", facts, spec, observation, [picture]) for picture in pictures]
    refused = dict.fromkeys(why for rights in each if not rights.covering for why in rights.refused)
    if refused:
        way_out = "Enter the permission that holds now under Rights, or make the video with another picture."
        return [Finding(rule=RULE, severity="block", message=f"{'; '.join(refused)}. {way_out}")]
    covering = list(dict.fromkeys(paper for rights in each for paper in rights.covering))
    if covering:
        return [Finding(rule=RULE, severity="info", message=f"Permitted: {named(covering)}.")]
    return [
        Finding(rule=RULE, severity="info", message="No permission is entered: the pictures are taken for your own.")
    ]
