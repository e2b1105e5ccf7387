"""What people call a rule, and each way to repair what it found."""

TITLES = {
    "effect_height": "Size of the effect",
    "likeness": "Likeness of the product",
    "extras": "What is in the box",
    "numeric_claims": "Numbers that are said",
    "contradicted": "What buyers say",
    "quoted": "Buyers' words and stars",
    "absolute_terms": "Forbidden wording",
    "caption_match": "Text on screen",
    "speech_match": "Spoken words",
    "understood": "Languages understood",
    "ai_label": "AI label",
    "hidden_label": "Hidden AI label",
    "people": "People",
    "brand_rights": "Brand rights",
    "picture_rights": "Picture rights",
    "flashing": "Flashes",
    "technical": "The file itself",
}
"""Rule -> what it looked at."""
FIXES = {
    "regenerate_with_cap": "Make it again, held to the plan and its limits.",
    "trim": "Cut this stretch out.",
    "real_footage": "Replace this shot with real footage.",
    "change_claim": "Change the sentence.",
}
"""Fix -> what to do."""


def title_of(rule: str) -> str:
    """What people call a rule; one that has no title yet is spelled out."""
    return TITLES.get(rule, rule.replace("_", " ").capitalize())
