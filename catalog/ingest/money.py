"""Prices as merchants write them ("12,50 €", "1.234,56", "US$ 5", "￥129") to minor units and an ISO 4217 code."""

import re
from decimal import Decimal, InvalidOperation

from catalog.ingest.plain_text import half_width

SYMBOLS = {
    "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "HK$": "HKD", "R$": "BRL", "NT$": "TWD",
    "€": "EUR", "£": "GBP", "₹": "INR", "RS.": "INR", "RS": "INR", "₩": "KRW", "원": "KRW", "円": "JPY", "元": "CNY",
    "RMB": "CNY", "ZŁ": "PLN", "₽": "RUB", "₺": "TRY", "฿": "THB", "₫": "VND", "$": "USD",
    "¥": "", "KR": "", "FR.": "CHF",
}  # fmt: skip
CODES = frozenset(
    [
        "USD",
        "EUR",
        "GBP",
        "JPY",
        "CNY",
        "KRW",
        "INR",
        "BRL",
        "CAD",
        "AUD",
        "NZD",
        "CHF",
        "SEK",
        "NOK",
        "DKK",
        "PLN",
        "CZK",
        "HUF",
        "RON",
        "BGN",
        "TRY",
        "RUB",
        "UAH",
        "MXN",
        "ARS",
        "CLP",
        "COP",
        "PEN",
        "HKD",
        "TWD",
        "SGD",
        "MYR",
        "THB",
        "IDR",
        "PHP",
        "VND",
        "AED",
        "SAR",
        "ILS",
        "ZAR",
        "NGN",
        "EGP",
        "KWD",
        "BHD",
        "OMR",
        "JOD",
        "TND",
        "ISK",
    ]
)
WITHOUT_MINOR = frozenset({"JPY", "KRW", "CLP", "VND", "ISK"})
THREE_DIGITS = frozenset({"KWD", "BHD", "OMR", "JOD", "TND"})
LONGEST = 60
"""Characters of a price."""
HIGHEST = 10**15
"""Minor units."""
_NUMBER = re.compile(r"[+-]?\d[\d.,'’\s]*")


class PriceError(ValueError):
    """The text is not a price; the message says so in a merchant's words."""


def parse(text: str, *, currency: str = "") -> tuple[int, str]:
    """Minor units and currency ("" when neither the text nor the caller names one). Raises PriceError."""
    plain = half_width(str(text)).strip()
    if len(plain) > LONGEST:
        raise PriceError(f"Price '{plain[:LONGEST]}…' is not a number.")
    found = _NUMBER.search(plain)
    around = (plain[: found.start()] + " " + plain[found.end() :]).strip().upper() if found else ""
    code = _currency(around, fallback=currency)
    if not found or code is None:
        raise PriceError(f"Price '{text}' is not a number.")
    amount = _decimal(found.group().strip().rstrip(".,'’"))
    if amount is None:
        raise PriceError(f"Price '{text}' is not a number.")
    if amount < 0:
        raise PriceError(f"Price '{text}' is negative.")
    minor = int((amount * 10 ** _digits(code)).to_integral_value())
    if minor > HIGHEST:
        raise PriceError(f"Price '{text}' is higher than anything that is sold.")
    return minor, code


def _digits(code: str) -> int:
    return 0 if code in WITHOUT_MINOR else 3 if code in THREE_DIGITS else 2


def _currency(around: str, *, fallback: str) -> str | None:
    """The code that the words around the number name; None when they are no currency."""
    words = around.replace("-", " ").split()
    for word in words:
        if word in CODES:
            return word
    if not words:
        return fallback.upper()
    joined = "".join(words)
    if joined in ("¥", "¥元"):
        return fallback.upper() or "CNY"
    if joined == "$" and fallback:
        return fallback.upper()
    return SYMBOLS.get(joined) if SYMBOLS.get(joined) else fallback.upper() if joined in SYMBOLS else None


def _decimal(text: str) -> Decimal | None:
    """Decimal comma or point: the last separator decides, unless it is followed by exactly three digits."""
    plain = re.sub(r"['’\s]", "", text)
    marks = [mark for mark in plain if mark in ".,"]
    if marks:
        last = marks[-1]
        whole, _, fraction = plain.rpartition(last)
        is_thousands = marks.count(last) > 1 or (last == "," and len(set(marks)) == 1 and len(fraction) == 3)
        digits = re.sub(r"[.,]", "", plain if is_thousands else whole)
        plain = digits if is_thousands else f"{digits}.{fraction}"
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None
