"""Sentences for planted faults: true and false numbers, forbidden and harmless words, in each language read."""

import numpy as np

from catalog.facts import Parameter, ProductFacts

LABELS = {"en": "AI-generated scene", "fr": "Décor généré par IA", "zh": "AI生成场景"}
HARMLESS = {
    "en": ("Made for quiet evenings", "A place for every morning", "Best before the first frost", "Simple to clean",
           "Fits on a narrow shelf", "Leading to the garden"),
    "fr": ("Pour les soirs tranquilles", "Simple à nettoyer", "Taille unique", "Trouve sa place partout",
           "Un cadeau qui dure"),
    "zh": ("安静的夜晚", "容易清洗", "首次使用前请清洗", "适合小空间", "每天都用得上"),
}  # fmt: skip
FORBIDDEN = {
    "en": ("The best on the market", "A miracle for your home", "Cures a bad mood", "100 % safe for children",
           "Clinically proven comfort", "Guaranteed results in a week", "Eco-friendly by design", "Number one",
           "Pain relief at home", "Never fails"),
    "fr": ("Le meilleur de sa catégorie", "Un miracle pour la maison", "Guérit les petits maux", "Sans risque",
           "Cliniquement prouvé", "Résultats garantis", "Un pot biodégradable", "Le numéro un en France"),
    "zh": ("全网第一的选择", "国家级品质", "永久使用", "治疗失眠", "销量冠军", "顶级工艺", "央视推荐", "百分百安全"),
}  # fmt: skip
REVIEWS = {
    "en": ("Arrived on time. It looks good on our shelf and feels sturdy.", "My mother uses it every single day."),
    "fr": ("Bien emballé. Il fait très joli sur notre table.", "Ma mère s'en sert tous les jours."),
    "zh": ("包装很好，放在桌上很好看。", "我妈妈每天都在用。"),
}
"""What buyers wrote."""
QUOTED = {
    "en": ("“feels sturdy”", '"uses it every single day"', "“It looks good on our shelf”"),
    "fr": ("« très joli sur notre table »", "“tous les jours”", "« Bien emballé »"),
    "zh": ("“放在桌上很好看”", "「每天都在用」", "“包装很好”"),
}
INVENTED = {
    "en": ("“It changed my life”", '"Nothing else comes close"', "“Everybody asks where I bought it”"),
    "fr": ("« Une vraie merveille »", "“Il a changé ma vie”", "« Mes amis en veulent un »"),
    "zh": ("“朋友们都想买”", "「改变了我的生活」", "“送礼再合适不过”"),
}
"""What none of them wrote."""
Template = tuple[str, str, str]
"""A sentence, its unit, and the unit as a voice says it."""
_TEMPLATES: dict[str, dict[str, Template]] = {
    "height": {
        "en": ("{} cm high", "cm", "centimeters"),
        "fr": ("{} cm de haut", "cm", "centimètres"),
        "zh": ("高{}厘米", "cm", ""),
    },
    "diameter": {
        "en": ("{} cm across", "cm", "centimeters"),
        "fr": ("{} cm de diamètre", "cm", "centimètres"),
        "zh": ("直径{}厘米", "cm", ""),
    },
    "weight": {
        "en": ("Weighs {} g", "g", "grams"),
        "fr": ("Pèse {} g", "g", "grammes"),
        "zh": ("重{}克", "g", ""),
    },
    "capacity": {
        "en": ("Holds {} ml", "ml", "milliliters"),
        "fr": ("Contient {} ml", "ml", "millilitres"),
        "zh": ("容量{}毫升", "ml", ""),
    },
    "keeps_hot": {
        "en": ("Hot for {} hours", "hour", "hours"),
        "fr": ("Chaud pendant {} heures", "hour", "heures"),
        "zh": ("保温{}小时", "hour", ""),
    },
    "burn_time": {
        "en": ("Burns for {} hours", "hour", "hours"),
        "fr": ("Brûle {} heures", "hour", "heures"),
        "zh": ("燃烧{}小时", "hour", ""),
    },
    "power": {
        "en": ("Uses {} W", "watt", "watts"),
        "fr": ("Consomme {} W", "watt", "watts"),
        "zh": ("功率{}瓦", "watt", ""),
    },
}
"""By parameter and language."""


def sentence(
    facts: ProductFacts, locale: str, random: np.random.Generator, *, is_true: bool, spoken: bool = False
) -> str:
    """One sentence with a number about the product: what its parameter says, or 1.3 to 3 times it."""
    language = locale.split("-")[0]
    usable = [row for row in facts.parameters if row.name in _TEMPLATES]
    parameter = usable[random.integers(len(usable))]
    template, unit, full = _TEMPLATES[parameter.name][language]
    number = _number(parameter, unit, 1.0 if is_true else random.uniform(1.3, 3.0), language)
    words = template.format(number)
    symbol = template.split("{} ")[-1].split(" ")[0] if "{} " in template else ""
    return words.replace(f"{number} {symbol}", f"{number} {full}") + "." if spoken and symbol else words


def _number(parameter: Parameter, unit: str, factor: float, language: str) -> str:
    """Whole numbers where the true one is whole, so that the notation gives nothing away."""
    value = parameter.in_unit(unit)
    digits = 0 if abs(value - round(value)) < 1e-6 else 1
    told = f"{value * factor:.{digits}f}"
    return told.replace(".", ",") if language == "fr" else told
