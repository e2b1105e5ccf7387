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
    statements={
        "capacity": "Holds {}", "volume": "{} inside", "run_time": "Runs {}", "battery_life": "Runs {} on battery",
        "burn_time": "Burns {}", "keeps_hot": "Hot for {}", "luminous_flux": "{} of light", "height": "{} tall",
        "total_height": "{} tall", "width": "{} wide", "diameter": "{} across", "length": "{} long",
        "weight": "Weighs {}",
    },
    bounds={"exact": "{}", "max": "up to {}", "min": "at least {}", "range": "{} to {}"},
    units={
        "cm": "centimeters", "m": "meters", "mm": "millimeters", "l": "liters", "ml": "milliliters", "W": "watts",
        "h": "hours", "kg": "kilograms", "g": "grams", "lm": "lumens", "V": "volts",
        "inch": "inches", "foot": "feet", "pound": "pounds", "ounce": "ounces", "minute": "minutes",
    },
)  # fmt: skip
