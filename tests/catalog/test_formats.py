"""The same three products in every format, from file to facts."""

import io
import json
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from PIL import Image as PillowImage
from PIL import ImageDraw

from accounts.models import Merchant
from catalog import services
from catalog.models import Image, Import, Product

HEADER = ("sku", "title", "price", "currency", "description", "Spray height", "Material")
ROWS = (
    ("A-1", "Solar fountain pump", "24.90", "EUR", "For ponds & baths", "up to 45 cm", "ABS"),
    ("A-2", "鱼池喷泉泵", "129", "CNY", "户外, 花园", "最高60厘米", "塑料"),
    ("A-3", 'Pump "Mini"', "9.5", "EUR", "Two\nlines", "30–50 cm", "steel"),
)
STORED = [
    ("A-1", "Solar fountain pump", 2490, "EUR", ("spray_height", "max", None, 45.0, "cm"), {"material": "ABS"}),
    ("A-2", "鱼池喷泉泵", 12900, "CNY", ("spray_height", "max", None, 60.0, "cm"), {"material": "塑料"}),
    ("A-3", 'Pump "Mini"', 950, "EUR", ("spray_height", "range", 30.0, 50.0, "cm"), {"material": "steel"}),
]


def run(merchant: Merchant, content: bytes, name: str) -> Import:
    return services.import_file(merchant=merchant, file=io.BytesIO(content), name=name)


def stored() -> list[tuple[object, ...]]:
    return [
        (
            product.sku, product.title, product.price_minor, product.currency,
            *[(row.name, row.bound, row.lower, row.value, row.unit) for row in product.parameters.all()],
            product.attributes,
        )
        for product in Product.objects.all()
    ]  # fmt: skip


def delimited(mark: str) -> str:
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in (HEADER, *ROWS)]
    return "\n".join(mark.join(row) for row in quoted)


def spreadsheet() -> bytes:
    """A workbook with an empty first sheet, numbers as numbers and a price that is a formula's result."""

    def cell(text: str) -> str:
        if text == "9.5":
            return "<c><f>19/2</f><v>9.5</v></c>"
        if text.replace(".", "").isdecimal():
            return f"<c><v>{text}</v></c>"
        return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'

    rows = "".join(f"<row>{''.join(cell(text) for text in row)}</row>" for row in (HEADER, *ROWS))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    sheet = f'<worksheet xmlns="{main}"><sheetData>{{}}</sheetData></worksheet>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Notes" sheetId="1" r:id="r1"/><sheet name="Products" sheetId="2" r:id="r2"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{office}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet.format(""),
        "xl/worksheets/sheet2.xml": sheet.format(rows),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def google() -> str:
    names = ("g:id", "title", "g:price", "currency", "description", None, "g:material")
    items = []
    for row in ROWS:
        cells = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in zip(names, row, strict=True) if name)
        detail = (
            "<g:product_detail><g:section_name>Water</g:section_name><g:attribute_name>Spray height</g:attribute_name>"
            f"<g:attribute_value>{row[5]}</g:attribute_value></g:product_detail>"
        )
        items.append(f"<item>{cells}{detail}<g:image_link>https://shop.example/{row[0]}.jpg</g:image_link></item>")
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>'
        f"<title>Shop</title>{''.join(items)}</channel></rss>"
    )


def objects() -> list[dict[str, str]]:
    return [dict(zip(HEADER, row, strict=True)) for row in ROWS]


@pytest.mark.parametrize(
    ("name", "content", "detected"),
    [
        ("list.csv", delimited(","), "columns recognised by name, CSV (comma-separated, utf-8)"),
        ("list.csv", delimited(";"), "columns recognised by name, CSV (semicolon-separated, utf-8)"),
        ("list.tsv", delimited("\t"), "columns recognised by name, TSV (tab-separated, utf-8)"),
        ("list.txt", delimited("|"), "columns recognised by name, CSV (pipe-separated, utf-8)"),
        ("list.xlsx", spreadsheet(), "columns recognised by name, XLSX"),
        ("feed.xml", google(), "Google product data, XML"),
        ("list.json", json.dumps({"products": objects()}), "columns recognised by name, JSON"),
        ("list.json", json.dumps(objects(), indent=2, ensure_ascii=False), "columns recognised by name, JSON"),
        ("list.jsonl", "\n".join(map(json.dumps, objects())), "columns recognised by name, JSON Lines"),
    ],
)
def test_a_list_of_any_format_ends_as_the_same_products(
    at_alice: Merchant, name: str, content: str | bytes, detected: str
) -> None:
    batch = run(at_alice, content if isinstance(content, bytes) else content.encode(), name)
    assert (batch.state, batch.detected, batch.error) == ("done", detected, "")
    assert (batch.rows, batch.ready, batch.warned, batch.refused, batch.added) == (3, 3, 0, 0, 3)
    assert stored() == STORED


def test_a_zip_brings_its_pictures(at_alice: Merchant, tmp_path: Path) -> None:
    out, photo = io.BytesIO(), io.BytesIO()
    picture = PillowImage.new("RGB", (600, 600), (250, 250, 250))
    ImageDraw.Draw(picture).rectangle((150, 100, 450, 500), fill=(120, 30, 30))
    picture.save(photo, "JPEG")
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("export/list.csv", "sku,title,price,image\nA-1,Pump,5 EUR,photos/pump.jpg\nA-2,Mug,6 EUR,\n")
        archive.writestr("export/photos/pump.jpg", photo.getvalue())
        archive.writestr("export/photos/A-2.jpg", photo.getvalue())
        archive.writestr("__MACOSX/._pump.jpg", b"x")
        archive.writestr("export/readme.md", "Hello")
    batch = run(at_alice, out.getvalue(), "export.zip")
    assert (batch.state, batch.rows, batch.ready, batch.pictures) == ("done", 2, 2, 2)
    assert [(image.product.sku, image.width, image.role) for image in Image.objects.order_by("product__sku")] == [
        ("A-1", 600, "packshot"),
        ("A-2", 600, "packshot"),
    ]
