"""American English."""

from generation.prompts.locales import Phrases

PHRASES = Phrases(
    locale="en-US",
    scenario_lines={
        "family": "For slow family weekends",
        "children": "Made for little explorers",
        "holiday": "For the days that matter",
        "outdoor": "Take it outside",
    },
    call_to_action="See it in the shop",
    units={
        "cm": "centimeters", "m": "meters", "mm": "millimeters", "l": "liters", "ml": "milliliters", "W": "watts",
        "h": "hours", "kg": "kilograms", "g": "grams", "lm": "lumens", "V": "volts",
    },
)  # fmt: skip
