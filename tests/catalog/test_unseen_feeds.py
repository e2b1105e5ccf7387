"""Exports of the known kinds with the habits of other shops: languages, delimiters, encodings, headers of templates.

Each feed is drawn here and counted by what was put in: every row is judged, and of the titles, prices and picture links
at least 95 of 100 land.
"""

import random
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from catalog.ingest import dialects, readers, rows

ENOUGH = 0.95
COUNT = 60
Listed = tuple[str, str, int, str]
"""SKU, title, price in the smallest unit, picture."""
NOUNS = {
    "en": ("Fountain pump", "Table lamp, large", 'Mug "Harbour"', "Wind chime & hook"),
    "de": ("Gießkanne groß", "Tischlampe, weiß", "Becher „Hafen“", "Übertopf & Haken"),
    "fr": ("Théière à filtre", "Lampe d’étude, dorée", "Gobelet « Port »", "Pot & crochet"),
    "ru": ("Фонтан садовый", "Лампа настольная", "Кружка «Порт»", "Горшок и крючок"),
    "zh": ("鱼池喷泉泵", "台灯，大号", "马克杯“港湾”", "风铃＆挂钩"),
    "ja": ("噴水ポンプ", "卓上ランプ（大）", "マグカップ「港」", "風鈴＆フック"),
    "ko": ("분수 펌프", "탁상 램프, 대형", "머그컵 '항구'", "풍경 & 고리"),
}


def products(language: str) -> list[Listed]:
    """What the shop sells, by seed."""
    draw = random.Random(language)
    return [
        (
            f"{language.upper()}-{number:03}", f"{draw.choice(NOUNS[language])} {number}", draw.randint(150, 90_000),
            f"https://shop.example/{language}/{number}.jpg",
        )
        for number in range(COUNT)
    ]  # fmt: skip


def cell(text: str, mark: str) -> str:
    """A cell as spreadsheet programs write it."""
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if any(letter in text for letter in (mark, '"', "\n")) else text


def table(lines: list[list[str]], mark: str, end: str = "\r\n") -> str:
    """Lines of a delimited file."""
    return "".join(mark.join(cell(text, mark) for text in line) + end for line in lines)


def comma(minor: int) -> str:
    """1.234,50"""
    return f"{minor / 100:,.2f}".translate(str.maketrans(",.", ".,"))


def shopify_resaved(sold: list[Listed]) -> bytes:
    """Opened and saved by a German spreadsheet program; variants and pictures in rows of their own."""
    lines = [
        [
            "HANDLE",
            "TITLE",
            "BODY (HTML)",
            "VENDOR",
            "OPTION1 NAME",
            "OPTION1 VALUE",
            "VARIANT SKU",
            "VARIANT PRICE",
            "IMAGE SRC",
        ]
    ]
    for sku, title, price, picture in sold:
        handle = sku.lower()
        lines.append(
            [
                handle,
                title,
                "<p>Für den Garten.</p><ul><li>bis zu 45 cm</li></ul>",
                "Rill",
                "Größe",
                "S",
                sku,
                comma(price),
                picture,
            ]
        )
        lines.append([handle, "", "", "", "", "L", f"{sku}-L", comma(price + 500), ""])
        lines.append([handle, "", "", "", "", "", "", "", picture.replace(".jpg", "-b.jpg")])
    return table(lines, ";").encode("cp1252", "replace")


def woo_in_german(sold: list[Listed]) -> bytes:
    """The export of a shop whose back office speaks German: its headers do too."""
    lines = [
        [
            "ID",
            "Typ",
            "Artikelnummer",
            "Name",
            "Veröffentlicht",
            "Beschreibung",
            "Regulärer Preis",
            "Gewicht (kg)",
            "Länge (cm)",
            "Kategorien",
            "Bilder",
        ]
    ]
    for number, (sku, title, price, picture) in enumerate(sold):
        lines.append(
            [
                str(number),
                "simple",
                sku,
                title,
                "1",
                "Aus Ton.",
                comma(price),
                "1,2",
                "30",
                "Garten > Töpfe",
                f"{picture}, {picture}?2",
            ]
        )
    return b"\xef\xbb\xbf" + table(lines, ",", "\n").encode()


def google_in_cdata(sold: list[Listed]) -> bytes:
    """Another prefix, CDATA, prices with their currency, pictures in several elements."""
    items = "".join(
        f"<item><ns:id>{sku}</ns:id><title><![CDATA[{title}]]></title><description>{escape(title)}</description>"
        f"<ns:price>{price / 100:.2f} EUR</ns:price><ns:image_link>{picture}</ns:image_link>"
        f"<ns:additional_image_link>{picture}?2</ns:additional_image_link></item>"
        for sku, title, price, picture in sold
    )
    head = '<?xml version="1.0" encoding="ISO-8859-15"?><rss xmlns:ns="http://base.google.com/ns/1.0"><channel>'
    return f"{head}<title>Shop</title>{items}</channel></rss>".encode("iso-8859-15", "xmlcharrefreplace")


def yandex_table(sold: list[Listed]) -> bytes:
    """Cyrillic headers in the old Windows encoding, prices with a space before the thousands."""
    lines = [["Артикул", "Название", "Описание", "Цена", "Валюта", "Ссылка на картинку"]]
    for sku, title, price, picture in sold:
        lines.append(
            [sku, title, "Высота до 45 см", f"{price / 100:,.2f}".replace(",", " ").replace(".", ","), "RUB", picture]
        )
    return table(lines, ";").encode("cp1251")


def yandex_market(sold: list[Listed]) -> bytes:
    """YML: the id is an attribute, parameters are elements with a name and a unit."""
    offers = "".join(
        f'<offer id="{sku}" available="true"><name>{escape(title)}</name><price>{price / 100:.2f}</price>'
        f'<currencyId>RUB</currencyId><picture>{picture}</picture><param name="Высота" unit="см">45</param></offer>'
        for sku, title, price, picture in sold
    )
    head = '<?xml version="1.0" encoding="windows-1251"?><yml_catalog><shop><name>Порт</name><offers>'
    return f"{head}{offers}</offers></shop></yml_catalog>".encode("cp1251")


def taobao_padded(sold: list[Listed]) -> bytes:
    """A comment, padded headers, full-width digits, tabs, GB18030."""
    wide = str.maketrans("0123456789.", "０１２３４５６７８９．")
    lines = [["# 导出时间 2026-11-01", "", "", "", ""], [" 商家编码 ", " 宝贝标题", "价格 ", "主图", "商品描述"]]
    for sku, title, price, picture in sold:
        lines.append([sku, title, f"￥{price / 100:.2f}".translate(wide), picture, "最高45厘米"])
    return table(lines, "\t", "\n").encode("gb18030")


def rakuten(sold: list[Listed]) -> bytes:
    """Japanese headers in Shift_JIS, yen without decimals."""
    lines = [["商品管理番号", "商品名", "販売価格", "商品説明文", "商品画像URL1"]]
    for sku, title, price, picture in sold:
        lines.append([sku, title, f"{price:,}円", "高さ約30cm", picture])
    return table(lines, ",").encode("cp932")


def naver(sold: list[Listed]) -> bytes:
    """Korean headers in EUC-KR, won without decimals."""
    lines = [["상품코드", "상품명", "판매가", "상세설명", "대표이미지"]]
    for sku, title, price, picture in sold:
        lines.append([sku, title, f"{price:,}원", "높이 30cm", picture])
    return table(lines, ",").encode("euc-kr", "replace")


def amazon_template(sold: list[Listed]) -> bytes:
    """A flat file: a line about the template, a line of labels for people, then the names of the fields."""
    lines = [
        ["TemplateType=fptcustom", "Version=2026.1103", "The top 3 rows are for Amazon.com use only.", "", "", "", ""],
        [
            "Seller SKU",
            "Product Name",
            "Standard Price",
            "Currency",
            "Main Image URL",
            "Key Product Features",
            "Item Height",
        ],
        ["item_sku", "item_name", "standard_price", "currency", "main_image_url", "bullet_point1", "item_height"],
    ]
    for sku, title, price, picture in sold:
        lines.append([sku, title, f"{price / 100:.2f}", "USD", picture, "Runs up to 8 hours", "12 cm"])
    return table(lines, "\t").encode()


FEEDS: dict[str, tuple[Callable[[list[Listed]], bytes], str, int]] = {
    "resaved.csv": (shopify_resaved, "de", 3 * COUNT),
    "wc-produkte.csv": (woo_in_german, "de", COUNT),
    "feed.xml": (google_in_cdata, "fr", COUNT),
    "prays.csv": (yandex_table, "ru", COUNT),
    "yml.xml": (yandex_market, "ru", COUNT),
    "baobei.txt": (taobao_padded, "zh", COUNT),
    "item.csv": (rakuten, "ja", COUNT),
    "smartstore.csv": (naver, "ko", COUNT),
    "flat.file.txt": (amazon_template, "en", COUNT),
}
"""Name -> who writes it, in which language, and how many rows it has."""
WHOLE_UNITS = {"ja": 1, "ko": 1}
"""Currencies without a smaller unit: the drawn number is the price itself."""


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_with_other_habits_lands_whole(tmp_path: Path, name: str) -> None:
    write, language, expected = FEEDS[name]
    sold = products(language)
    path = tmp_path / name
    path.write_bytes(write(sold))

    opened = readers.open_table(path, known=dialects.known_columns())
    columns = dialects.detect(opened.columns, name=name)
    found = list(rows.readings(opened.open_rows(), columns))

    assert sum(len(reading.rows) for reading in found) == expected
    assert sum(reading.ready + reading.warned + reading.refused for reading in found) == expected
    by_sku = {reading.product.sku: reading.product for reading in found if reading.product}
    landed = {"title": 0, "price": 0, "picture": 0}
    for sku, title, price, picture in sold:
        product = by_sku.get(sku) or by_sku.get(sku.lower())  # Shopify's products are known by their handle
        if product is not None:
            landed["title"] += product.title == title
            landed["price"] += product.price_minor == price
            landed["picture"] += picture in [image.url for image in product.images]
    assert min(landed.values()) >= ENOUGH * COUNT, (landed, columns.fields, [found[0].problems])
