"""Any shop's rows: every one ends ready, warned or refused, and each remark names its cell in plain words."""

import json
from pathlib import Path

import pytest

from catalog.ingest import dialects, money, readers, rows
from catalog.ingest.records import Reading, UnreadableFileError


def read(tmp_path: Path, text: str | bytes, name: str = "list.csv") -> tuple[str, list[Reading]]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    table = readers.open_table(path, known=dialects.known_columns())
    columns = dialects.detect(table.columns, name=name)
    return columns.dialect.name, list(rows.readings(table.open_rows(), columns))


def problem_of(tmp_path: Path, text: str) -> tuple[int, str, str, str, str]:
    _, readings = read(tmp_path, text)
    problem = next(problem for reading in readings for problem in reading.problems)
    return problem.row, problem.column, problem.value, problem.reason, problem.severity


@pytest.mark.parametrize(
    ("header", "dialect"),
    [
        ("Handle,Title,Body (HTML),Variant Price,Image Src", "shopify-classic"),
        ("Title,URL handle,Description,Price,Product image URL", "shopify"),
        ("ID,Type,SKU,Name,Regular price,Images", "woocommerce"),
        ("slug,sku,name,price,image1_src", "spree"),
        ("id,title,description,link,image_link,price", "google"),
        ("id,title,image_link,price,video[0].url", "meta"),
        ("item_sku,item_name,bullet_point1,standard_price,main_image_url", "amazon"),
        ("标题,主图1,价格,商品编码", "taobao"),
        ("sku,name,price,attribute_set", "magento"),
        ("sku,rating,text", "reviews"),
        ("Product ID,Review Text,Stars", "reviews"),
        ("商品编码,评论,评分", "reviews"),
        ("sku,question,answer", "questions"),
        ("sku,term,impressions,clicks", "search-terms"),
        ("Artikelnummer;Bezeichnung;Preis;Bild", "generic"),
    ],
)
def test_a_dialect_is_told_from_its_columns(tmp_path: Path, header: str, dialect: str) -> None:
    mark = ";" if ";" in header else ","
    line = mark.join("1" for _ in header.split(mark))
    assert read(tmp_path, f"{header}\n{line}\n")[0] == dialect


def test_rows_of_one_handle_are_one_product_with_all_its_pictures(tmp_path: Path) -> None:
    text = (
        "Handle,Title,Variant Price,Image Src\n"
        "pot,Clay pot,9.99,https://shop.example/a.jpg\n"
        "pot,,15.99,https://shop.example/b.jpg\n"
        "cup,Cup,5,\n"
    )
    _, readings = read(tmp_path, text)
    assert [
        (reading.product.sku, reading.rows, reading.product.price_minor) for reading in readings if reading.product
    ] == [
        ("pot", (2, 3), 999),
        ("cup", (4,), 500),
    ]
    assert readings[0].product is not None
    assert [image.name for image in readings[0].product.images] == ["a.jpg", "b.jpg"]


def test_pictures_of_the_description_come_along_and_are_no_photos_of_the_product(tmp_path: Path) -> None:
    first, second = '<img alt=a src="//cdn.example/size&amp;care.png">', "<IMG SRC='https://cdn.example/a.jpg'>"
    body = f'<p>Pot</p>{first}{second}<img src="/b.png"><img src="https://[::1/c.png">'
    text = (
        f'sku,title,price,description,image\nA,Pot,5,"{body.replace(chr(34), chr(34) * 2)}",https://cdn.example/a.jpg\n'
    )
    _, readings = read(tmp_path, text)
    assert readings[0].product is not None
    assert [(image.role, image.url) for image in readings[0].product.images] == [
        ("", "https://cdn.example/a.jpg"),
        ("detail", "https://cdn.example/size&care.png"),
        ("detail", "https://[::1/c.png"),
    ]


def test_variants_keep_their_skus_prices_and_options(tmp_path: Path) -> None:
    text = (
        "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price,Image Src\n"
        "pot,Clay pot,Size,S,Colour,red,POT-S,9.99,https://shop.example/a.jpg\n"
        "pot,,,L,,red,POT-L,15.99,\n"
        "pot,,,,,,,,https://shop.example/b.jpg\n"
        "cup,Cup,Title,Default Title,,,CUP,5,\n"
    )
    _, readings = read(tmp_path, text)
    pot, cup = (reading.product for reading in readings)
    assert pot is not None
    assert cup is not None
    assert list(pot.offers) == [
        {"sku": "POT-S", "price_minor": 999, "options": {"Size": "S", "Colour": "red"}},
        {"sku": "POT-L", "price_minor": 1599, "options": {"Size": "L", "Colour": "red"}},
    ]
    assert list(cup.offers) == [{"sku": "CUP", "price_minor": 500, "options": {}}]


@pytest.mark.parametrize(
    ("encoding", "title"),
    [
        ("utf-8-sig", "Café für 5 €"),
        ("utf-16", "太阳能喷泉泵"),
        ("gb18030", "太阳能喷泉泵，适合花园水池和鸟浴盆"),
        ("shift_jis", "ソーラー噴水ポンプ、庭のための"),
        ("euc-kr", "태양광 분수 펌프 정원용"),
        ("cp1251", "Солнечный фонтан для сада и пруда"),
        ("cp1252", "Solarbrunnen für den schönen Garten"),
    ],
)
def test_legacy_encodings_are_recognised(tmp_path: Path, encoding: str, title: str) -> None:
    _, readings = read(tmp_path, f"sku,title,price\nA-1,{title},5\n".encode(encoding))
    assert readings[0].product is not None
    assert readings[0].product.title == title


def test_comment_lines_and_padded_headers_do_not_hide_the_header(tmp_path: Path) -> None:
    text = "# ref_application_id 123\n id , title ,image_link, price \nA-1,Cup,cup.jpg,5 EUR\n"
    dialect, readings = read(tmp_path, text)
    assert dialect == "google"
    assert readings[0].product is not None
    assert (readings[0].product.sku, readings[0].product.price_minor, readings[0].product.currency) == (
        "A-1",
        500,
        "EUR",
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ('A-1,Mug,"12,9O",', (2, "price", "12,9O", "Price '12,9O' is not a number.", "refused")),
        ("A-1,Mug,-5,", (2, "price", "-5", "Price '-5' is negative.", "refused")),
        ("A-1,,5,", (2, "sku", "A-1", "The product has no title: column 'title' is empty.", "refused")),
        ("A-1,Mug,0,", (2, "price", "0", "The price is 0, so no video will show a price.", "warning")),
        (",Mug,5,", (2, "title", "Mug", "The row has no SKU; 'mug' was made from the title.", "warning")),
        ("A-1,Mug,5,12,extra", (2, "", "extra", "The row has 5 cells but the header has 4.", "refused")),
        ("A-1,Mug,5,12", (2, "height", "12", "'height' is 12 without a unit, so no video may rest on it.", "warning")),
    ],
)
def test_each_problem_says_what_where_and_why(
    tmp_path: Path, row: str, expected: tuple[int, str, str, str, str]
) -> None:
    assert problem_of(tmp_path, f"sku,title,price,height\n{row}\n") == expected


def test_a_sku_that_comes_twice_is_refused_the_second_time(tmp_path: Path) -> None:
    _, readings = read(tmp_path, "sku,title,price\nA-1,Mug,5\nA-1,Cup,6\n")
    assert [reading.product is None for reading in readings] == [False, True]
    assert readings[1].problems[0].reason == "SKU 'A-1' is already in row 2; the first one is kept."


def test_a_contradiction_between_title_and_specification_is_raised(tmp_path: Path) -> None:
    _, readings = read(tmp_path, "sku,title,price,Spray height\nA-1,Pump with 60 cm spray,5,up to 45 cm\n")
    assert readings[0].problems[0].reason == ("title says spray_height 60 cm, but Spray height says at most 45 cm.")
    assert (
        readings[0].problems[0].suggestion
        == "Correct one of them; until then at most 45 cm is what videos are checked against."
    )
    assert readings[0].product is not None
    assert [(row.name, row.value, row.bound) for row in readings[0].product.parameters] == [("spray_height", 45, "max")]


def test_our_own_parameter_without_a_unit_warns_and_is_no_claim(tmp_path: Path) -> None:
    record = {
        "sku": "A-1",
        "title": "Pump",
        "price": 5,
        "parameters": [{"name": "spray_height", "value": 45, "unit": "", "bound": "max"}],
        "effect": {"kind": "jet", "cap_parameter": "spray_height"},
    }
    _, readings = read(tmp_path, json.dumps(record) + "\n", "list.jsonl")
    assert [problem.reason for problem in readings[0].problems] == [
        "Parameter 'spray_height' is 45 without a unit, so no video may rest on it.",
        "The effect is limited by 'spray_height', but no parameter with a unit has that name.",
    ]
    assert readings[0].product is not None
    assert readings[0].product.parameters == ()
    assert readings[0].product.effect_kind == "none"


def test_a_broken_json_line_is_refused_alone(tmp_path: Path) -> None:
    _, readings = read(
        tmp_path,
        '{"sku": "A", "title": "Mug", "price": 5}\n{"sku": "B", \n{"sku": "C", "title": "Cup", "price": 6}\n',
        "l.jsonl",
    )
    assert [(reading.ready, reading.refused) for reading in readings] == [(1, 0), (0, 1), (1, 0)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12,50 €", (1250, "EUR")),
        ("1.234,56", (123456, "")),
        ("1,234.56", (123456, "")),
        ("105.29 USD", (10529, "USD")),
        ("￥１２９", (12900, "CNY")),
        ("3,980円", (3980, "JPY")),
        ("US$ 5", (500, "USD")),
        ("CHF 12.-", (1200, "CHF")),
        ("₩12,000", (12000, "KRW")),
    ],
)
def test_prices_are_read_as_people_write_them(text: str, expected: tuple[int, str]) -> None:
    assert money.parse(text) == expected


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "a.csv is empty. Export the list again and check that it has rows."),
        ("a.csv", b"\n \n", "a.csv is empty. Export the list again and check that it has rows."),
        ("a.pdf", b"%PDF-1.7", "a.pdf is a PDF document. Upload the list as CSV, TSV, XLSX, JSON or XML."),
        (
            "a.yaml",
            b"- &a {id: 1}\n- *a\n",
            "a.yaml uses YAML aliases (*name), which are not followed. Save it as JSON.",
        ),
        (
            "a.csv",
            b"label,review\n1,Nice\n",
            "a.csv looks like reviews, but no column says which product each is about: its columns are label, review. "
            "Add a column 'sku'.",
        ),
        (
            "a.csv",
            b"sku,\0title\n",
            "a.csv is not a text file (it contains zero bytes). Save the list as CSV in UTF-8 or as XLSX.",
        ),
        (
            "a.csv",
            b"email,phone\nx@example.com,1\n",
            "a.csv is no product list that we know: its columns are email, phone. A product list "
            "needs a title and an id (sku, id, handle) and a price, description or picture column.",
        ),
    ],
)
def test_a_file_that_is_no_list_says_so(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        read(tmp_path, content, name)
    assert str(caught.value) == message


def test_a_kind_of_product_that_the_shop_does_not_know_is_said(tmp_path: Path) -> None:
    _, readings = read(tmp_path, "sku,name,price,type,attribute_family_code\nA-1,Mug,5,wholesale,default\n")
    assert readings[0].product is not None
    assert readings[0].product.category == ""
    assert readings[0].problems[0].reason == ("Bagisto knows no product type 'wholesale'; the row is read as simple.")


def test_yaml_is_read_like_json(tmp_path: Path) -> None:
    dialect, readings = read(tmp_path, "- id: A-1\n  name: Mug\n  price: 12.5\n  width: 8 cm\n", "list.yaml")
    product = readings[0].product
    assert product is not None
    assert (dialect, product.sku, product.title, product.price_minor) == ("generic", "A-1", "Mug", 1250)
    assert [(row.name, row.value, row.unit) for row in product.parameters] == [("width", 8, "cm")]
