"""XLSX as programs write it: shared and rich texts, dates, gaps, formulas; read in constant memory, or refused."""

import io
import random
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from catalog.ingest import spreadsheets, workbooks
from catalog.ingest.records import UnreadableFileError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="0.0 &quot;days&quot;"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="22"/></cellXfs>'
)


def workbook(folder: Path, rows: str, *, strings: str = "", head: str = "", properties: str = "") -> Path:
    """A workbook of one sheet with these ``<row>`` elements and shared texts."""
    part = f'<{{}} xmlns="{MAIN}" xmlns:r="{OFFICE}">{{}}</{{}}>'
    kinds = {"rId1": ("worksheet", "worksheets/data.xml"), "rId2": ("sharedStrings", "/xl/shared.xml")}
    kinds["rId3"] = ("styles", "styles.xml")
    links = "".join(
        f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{at}"/>' for key, (kind, at) in kinds.items()
    )
    sheets = f'{properties}<sheets><sheet name="Products" sheetId="1" r:id="rId1"/></sheets>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", part.format("workbook", sheets, "workbook"))
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>')
        archive.writestr("xl/styles.xml", part.format("styleSheet", STYLES, "styleSheet"))
        archive.writestr("xl/shared.xml", part.format("sst", strings, "sst"))
        data = f"<sheetData>{rows}</sheetData>"
        archive.writestr("xl/worksheets/data.xml", head + part.format("worksheet", data, "worksheet"))
    path = folder / "list.xlsx"
    path.write_bytes(out.getvalue())
    return path


def test_cells_become_what_a_person_sees(tmp_path: Path) -> None:
    strings = (
        "<si><t>Pump &amp; hose</t></si><si><r><t>Solar </t></r><r><t>lamp</t></r></si>"
        "<si><t>噴水</t><rPh><t>フンスイ</t></rPh></si>"
    )
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
        '<row r="2"><c r="A2"><v>12</v></c><c r="B2"><v>9.5</v></c><c r="C2" t="b"><v>1</v></c></row>'
        '<row r="4"><c r="B4" t="str"><f>A2&amp;"x"</f><v>12x</v></c><c r="C4" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
        '<row r="5"><c r="A5" s="1"><v>45000</v></c><c s="2"><v>7</v></c><c s="3"><v>45000.75</v></c></row>'
        '<row><c t="inlineStr"><is><t>without </t><r><t>references</t></r></is></c><c><v>1</v></c></row>'
    )
    assert list(spreadsheets.records(workbook(tmp_path, rows, strings=strings))) == [
        ["Pump & hose", "Solar lamp", "噴水"],
        ["12", "9.5", "true"],
        [],
        ["", "12x", ""],
        ["2023-03-15", "7", "2023-03-15T18:00:00"],
        ["without references", "1"],
    ]


def test_a_workbook_that_counts_from_1904_has_other_days(tmp_path: Path) -> None:
    row = '<row><c s="1"><v>43538</v></c></row>'
    path = workbook(tmp_path, row, properties='<workbookPr date1904="1"/>')
    assert list(spreadsheets.records(path)) == [["2023-03-15"]]


def test_a_long_sheet_takes_no_more_memory_than_a_short_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "BLOCK", 4096)

    draw = random.Random(1)  # what packs well is unpacked in larger pieces

    def peak(rows: int) -> int:
        texts = "".join(f"<si><t>{draw.randbytes(100).hex()}</t></si>" for _ in range(rows))
        cells = "".join(f'<row><c t="s"><v>{row}</v></c><c><v>{row}</v></c></row>' for row in range(rows))
        path = workbook(tmp_path, cells, strings=texts)
        tracemalloc.start()
        assert sum(1 for _ in spreadsheets.records(path)) == rows
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(1800) < 1.3 * peak(600)


@pytest.mark.parametrize(
    ("rows", "head", "reason"),
    [
        ("<row/>", '<!DOCTYPE a [<!ENTITY x "y">]>', "declares a document type"),
        ('<row r="9999999"><c><v>1</v></c></row>', "", "a sheet ends at"),
        ('<row><c r="XFD1"><v>1</v></c></row>', "", "more than 2000 columns"),
        ('<row><c r="12"><v>1</v></c></row>', "", "a cell is called '12'"),
        ('<row><c t="s"><v>7</v></c></row>', "", "points at text 7"),
        (f'<row><c t="str"><v>{"x" * 1_000_001}</v></c></row>', "", "a cell of more than"),
        ('<row><c t="n"><v>twelve</v></c></row>', "", "could not convert"),
        ("", "", "none of its sheets has a row"),
    ],
)
def test_a_sheet_made_to_hurt_is_refused_in_words(tmp_path: Path, rows: str, head: str, reason: str) -> None:
    with pytest.raises(UnreadableFileError, match=reason):
        list(spreadsheets.records(workbook(tmp_path, rows, head=head)))
