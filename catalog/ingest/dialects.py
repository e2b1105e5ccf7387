"""Whose export a file is, told from its columns, and which of its columns means what.

One list of names serves every dialect; a dialect adds only what is its own. To add one: append a `Dialect`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from catalog.ingest.delimited import normalise
from catalog.ingest.records import UnreadableFileError

Kind = Literal["products", "reviews", "questions", "search_terms", "translations", "images"]

ALIASES: dict[str, tuple[str, ...]] = {
    "sku": ("sku", "variant_sku", "item_sku", "seller_sku", "product_sku", "id", "product_id", "item_id", "code", "pid", "uniq_id",
            "asin", "article_number", "artikelnummer", "art_nr", "reference", "référence", "referencia", "商品编码", "商家编码", "货号",
            "商品id", "宝贝id", "品番", "商品番号", "商品コード", "상품코드", "상품번호", "артикул", "handle", "url_handle", "slug", "url_key"),
    "title": ("title", "name", "product_name", "item_name", "product_title", "titel", "bezeichnung", "produktname", "titre", "nom",
              "titulo", "título", "nombre", "标题", "商品标题", "宝贝标题", "商品名称", "名称", "宝贝名称", "商品名", "상품명", "название", "наименование"),
    "description": ("description", "body_html", "body_(html)", "product_description", "short_description", "beschreibung",
                    "descripción", "descripcion", "描述", "商品描述", "宝贝描述", "详情", "商品説明", "説明", "상품설명", "описание"),
    "brand": ("brand", "vendor", "brand_name", "manufacturer", "marke", "hersteller", "marque", "marca", "品牌", "ブランド", "브랜드", "бренд"),
    "category": ("google_product_category", "product_type", "category", "categories", "type", "product_category", "category1",
                 "product_category_tree", "product_category_name", "kategorie", "catégorie", "categoria", "categoría", "类目", "分类",
                 "カテゴリ", "カテゴリー", "카테고리", "категория"),
    "sale_price": ("sale_price", "special_price", "discounted_price", "aktionspreis", "prix_soldé", "促销价"),
    "price": ("price", "variant_price", "regular_price", "standard_price", "retail_price", "priceusd", "preis", "prix", "precio", "preço",
              "价格", "售价", "一口价", "販売価格", "価格", "가격", "판매가", "цена", "your_price", "list_price"),
    "currency": ("currency", "currency_code", "währung", "devise", "moneda", "币种", "通貨", "통화"),
    "link": ("link", "product_url", "url", "external_url", "商品链接"),
    "locale": ("locale", "content_language", "lang", "sprache", "langue"),
    "images": ("image_link", "additional_image_link", "image_src", "product_image_url", "variant_image", "variant_image_url", "image", "images",
               "image_url", "main_image_url", "image1_src", "image2_src", "image3_src", "picture", "pictures", "photo", "photos", "bild", "bilder",
               "imagen", "主图", "主图1", "主图2", "主图3", "主图4", "主图5", "图片", "商品图片", "画像", "商品画像", "이미지", "base_image"),
    "bullets": ("product_highlight", "bullet_point", "selling_points", "features", "highlights", "卖点", "商品卖点"),
    "details": ("product_detail", "product_specifications", "parameters", "specifications", "attributes", "properties", "商品属性", "宝贝属性",
                "属性", "technische_daten", "caractéristiques"),
    "tags": ("audience_tags", "tags", "keywords", "categories_tags"),
}  # fmt: skip
"""Field -> column names in the order in which they are believed, as `normalise` writes them."""

NUMBERED = re.compile(
    r"^(?P<stem>other_image_url|bullet_point|additional_image_link|image|picture|image_url|photo|product_highlight|主图)_?\d+(?:_src|_url)?$"
)
STEMS = {"bullet_point": "bullets", "product_highlight": "bullets"}
EVIDENCE_OF_PRODUCTS = frozenset({"description", "brand", "price", "images", "details", "sale_price"})
IGNORED = re.compile(
    r"^(meta_|seo_|published|visib|tax_|inventory|stock|qty|quantity|in_stock|is_|backorder|download|upsell|cross_?sell|related|"
    r"position|available|discontinue|variant_(inventory|fulfil|requires|taxable|barcode|compare|tax)|gift_card|google_shopping|"
    r"price_|status|shipping|guest_|featured|new$|url_|inventories|customer_group|manage_stock|allow_customer|purchase_note|"
    r"sold_indiv|low_stock|option\d|attribute_\d|cost|compare_at|date_sale|crawl_|gtin|mpn|availability|condition|bundle_|"
    r"associated_|configurable_|up_sell|parent|grouped|button|product_photos_qty|product_(name|description)_len|reviews$|questions$|"
    r"search_terms$|effect$|in_the_box$|titles$|tax$|scene_tags$)"
)
"""Columns about stock, tax and shop windows: kept nowhere, because no video may speak about them."""


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """A kind of export. `marks` are columns that together give it away."""

    name: str
    label: str
    marks: frozenset[str] = frozenset()
    kind: Kind = "products"
    group: str = ""
    """Normalised column whose equal, consecutive values make one product."""
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns believed before the common ones, by field."""


def _marks(*names: str) -> frozenset[str]:
    return frozenset(names)


DIALECTS: tuple[Dialect, ...] = (
    Dialect(name="vitrine", label="Vitrine's own", marks=_marks("sku", "title", "parameters")),
    Dialect(name="vitrine", label="Vitrine's own", marks=_marks("sku", "title", "selling_points")),
    Dialect(
        name="shopify-classic", label="Shopify (classic columns)", marks=_marks("handle", "title", "variant_price"), group="handle",
        own={"sku": ("handle",), "category": ("type",), "images": ("image_src", "variant_image")},
    ),
    Dialect(
        name="shopify", label="Shopify", marks=_marks("url_handle", "title"), group="url_handle",
        own={"sku": ("url_handle",), "category": ("product_category", "type"), "images": ("product_image_url", "variant_image_url")},
    ),
    Dialect(name="woocommerce", label="WooCommerce", marks=_marks("sku", "name", "regular_price"), own={"sku": ("sku", "id")}),
    Dialect(
        name="spree", label="Spree", marks=_marks("slug", "sku", "product_type", "image1_src"), group="slug",
        own={"sku": ("slug",), "title": ("name",)},
    ),
    Dialect(
        name="spree", label="Spree", marks=_marks("slug", "sku", "image1_src"), group="slug", own={"sku": ("slug",), "title": ("name",)}
    ),
    Dialect(name="bagisto", label="Bagisto", marks=_marks("sku", "attribute_family_code", "type")),
    Dialect(name="magento", label="Magento", marks=_marks("sku", "name", "attribute_set")),
    Dialect(name="magento", label="Magento", marks=_marks("sku", "name", "attribute_set_code")),
    Dialect(name="amazon", label="Amazon", marks=_marks("item_sku", "item_name")),
    Dialect(name="amazon", label="Amazon", marks=_marks("sku", "item_name")),
    Dialect(name="taobao", label="Taobao", marks=_marks("宝贝标题")),
    Dialect(name="taobao", label="Taobao / 1688", marks=_marks("标题", "主图")),
    Dialect(name="taobao", label="Taobao / 1688", marks=_marks("标题", "主图1")),
    Dialect(name="flipkart", label="Flipkart", marks=_marks("pid", "product_name", "product_specifications"), own={"sku": ("pid", "uniq_id")}),
    Dialect(name="meta", label="Meta catalog", marks=_marks("id", "title", "image_link", "video_0_url")),
    Dialect(name="meta", label="Meta catalog", marks=_marks("id", "title", "image_link", "fb_product_category")),
    Dialect(name="meta", label="Meta catalog", marks=_marks("id", "title", "image_link", "quantity_to_sell_on_facebook")),
    Dialect(name="google", label="Google product data", marks=_marks("id", "title", "image_link"), own={"sku": ("id",)}),
    Dialect(
        name="reviews", label="reviews by SKU", marks=_marks("sku", "rating_value", "review"), kind="reviews",
        own={"text": ("review",), "rating": ("rating_value",)},
    ),
    Dialect(name="reviews", label="reviews by SKU", marks=_marks("sku", "rating", "text"), kind="reviews"),
    Dialect(name="reviews", label="reviews by SKU", marks=_marks("sku", "rating", "review"), kind="reviews", own={"text": ("review",)}),
    Dialect(name="questions", label="questions by SKU", marks=_marks("sku", "question"), kind="questions"),
    Dialect(name="search-terms", label="search terms by SKU", marks=_marks("sku", "term", "impressions"), kind="search_terms"),
)  # fmt: skip

LISTS = (
    Dialect(name="images", label="pictures by SKU", marks=_marks("sku", "image"), kind="images"),
    Dialect(
        name="translations", label="translations by slug", marks=_marks("slug", "locale", "name"), kind="translations"
    ),
)
"""Files that only add to products that exist; asked only when nothing else fits."""


@dataclass(frozen=True, kw_only=True)
class ColumnMap:
    """A dialect applied to one file: which of its columns feed which field, and which are specifications."""

    dialect: Dialect
    fields: Mapping[str, tuple[str, ...]]
    """Field -> the file's own column names, best first."""
    attributes: tuple[str, ...]
    """Columns that describe the product and have no field of their own."""


def known_columns() -> frozenset[str]:
    """Every column name that means something in some dialect; used to find the header row."""
    names = {alias for aliases in ALIASES.values() for alias in aliases}
    for dialect in (*DIALECTS, *LISTS):
        names |= dialect.marks
    return frozenset(names)


def detect(columns: Iterable[str], *, name: str) -> ColumnMap:
    """The dialect of a file with these columns. Raises UnreadableFileError naming what was found and what is needed."""
    columns = tuple(columns)
    plain = {normalise(column): column for column in reversed(columns)}
    for dialect in DIALECTS:
        if dialect.marks <= plain.keys():
            return _mapped(dialect, columns, plain)
    generic = _mapped(Dialect(name="generic", label="columns recognised by name"), columns, plain)
    has_identity = "title" in generic.fields or "sku" in generic.fields
    if has_identity and (EVIDENCE_OF_PRODUCTS & generic.fields.keys()) and not _is_image_list(plain):
        return generic
    if "title" not in generic.fields and "sku" in generic.fields and any("length" in column for column in plain):
        return generic
    for dialect in LISTS:
        if dialect.marks <= plain.keys():
            return _mapped(dialect, columns, plain)
    shown = ", ".join(columns[:8]) + (" …" if len(columns) > 8 else "")
    raise UnreadableFileError(
        f"{name} is no product list that we know: its columns are {shown}. "
        "A product list needs a title and an id (sku, id, handle) and a price, description or picture column."
    )


def _is_image_list(plain: Mapping[str, str]) -> bool:
    return set(plain) == {"sku", "image"} or ({"slug", "locale", "name"} <= plain.keys() and "price" not in plain)


def _mapped(dialect: Dialect, columns: tuple[str, ...], plain: Mapping[str, str]) -> ColumnMap:
    fields: dict[str, tuple[str, ...]] = {}
    for name, aliases in ALIASES.items():
        wanted = (*dialect.own.get(name, ()), *aliases)
        found = dict.fromkeys(plain[alias] for alias in wanted if alias in plain)
        if found:
            fields[name] = tuple(found)
    for column in columns:
        match = NUMBERED.match(normalise(column))
        if match:
            target = STEMS.get(match["stem"], "images")
            fields[target] = tuple(dict.fromkeys((*fields.get(target, ()), column)))
    used = {column for names in fields.values() for column in names}
    rest = tuple(column for column in columns if column not in used and not IGNORED.match(normalise(column)))
    return ColumnMap(dialect=dialect, fields=fields, attributes=rest)
