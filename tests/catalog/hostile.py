"""A set of files made to hurt. Run as a program it reads them all within bounds of memory and time, one line a file.

python tests/catalog/hostile.py FOLDER
"""

import io
import resource
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
from catalog.ingest import archives, dialects, images, readers, rows
from catalog.ingest.records import UnreadableFileError

MEMORY = 900 * 2**20
"""Address space of the program: the libraries need 500 MB of it before the first file."""
SECONDS = 60
HEADER = "sku,title,price\n"
DTD = '<?xml version="1.0"?><!DOCTYPE r [{}]><rss><item><id>1</id><title>&x;</title><price>5</price></item></rss>'
FILES: dict[str, tuple[Callable[[Path], object], str]] = {}
"""Name -> who writes it, and how its refusal begins after the name."""


def hostile(name: str, refusal: str) -> Callable[[Callable[[Path], object]], Callable[[Path], object]]:
    def register(write: Callable[[Path], object]) -> Callable[[Path], object]:
        FILES[name] = (write, refusal)
        return write

    return register


def text(name: str, refusal: str, content: str | bytes) -> None:
    data = content.encode() if isinstance(content, str) else content
    FILES[name] = (lambda path: path.write_bytes(data), refusal)


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


# archives
zeros = b"0" * 60_000_000
text("bomb.zip", "would unpack from", packed({"list.csv": zeros}))
text("bomb.xlsx", "would unpack from", packed({"[Content_Types].xml": b"<Types/>", "xl/worksheets/sheet1.xml": zeros}))
text("truncated.zip", "is damaged", packed({"list.csv": HEADER.encode() * 99})[:-40])
text("truncated.xlsx", "is damaged", packed({"[Content_Types].xml": b"<Types/>"})[:60])
text("empty.xlsx", "cannot be read as XLSX", packed({"[Content_Types].xml": b"<Types/>"}))
text("nested.zip", "must hold exactly one product list", packed({"inner.zip": packed({"list.csv": HEADER.encode()})}))
text("two.zip", "must hold exactly one product list", packed({"a.csv": b"x", "b.csv": b"x"}))
text("doubles.zip", "holds 'a/1.jpg' and 'b/1.jpg'", packed({"l.csv": b"x", "a/1.jpg": b"1", "b/1.jpg": b"2"}))


@hostile("lying.xlsx", "holds more in")
def lying(path: Path) -> None:
    """The directory says ten bytes; the member unpacks to sixty million."""
    content = bytearray(packed({"[Content_Types].xml": b"<Types/>", "xl/worksheets/sheet1.xml": zeros}))
    for place in (
        content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4) + 24,
        content.rindex(b"PK\x03\x04") + 22,
    ):
        content[place : place + 4] = struct.pack("<I", 10)
    path.write_bytes(content)


@hostile("locked.xlsx", "is protected by a password")
def locked(path: Path) -> None:
    content = bytearray(packed({"[Content_Types].xml": b"<Types/>", "xl/a.xml": b"<a/>"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)


# XML
text("laughs.xml", "declares a document type", DTD.format('<!ENTITY a "ha"><!ENTITY x "&a;&a;&a;&a;&a;&a;&a;">'))
text("file.xml", "declares a document type", DTD.format('<!ENTITY x SYSTEM "file:///etc/passwd">'))
text("web.xml", "declares a document type", DTD.format('<!ENTITY x SYSTEM "http://169.254.169.254/">'))
text("parameter.xml", "declares a document type", DTD.format('<!ENTITY % p SYSTEM "http://localhost/x.dtd"> %p;'))
text("undeclared.xml", "is not well-formed XML", "<rss><item><id>1</id><title>&x;</title></item></rss>")
text("cut.xml", "is not well-formed XML", "<rss><item><id>1</id><title>Mug</title><price>5</price></item><item><id>2")
text("deep.xml", "is not well-formed XML", "<item>" + "<a>" * 50_000 + "</a>" * 50_000 + "</item>")
text("long.xml", "has more than 8,000,000 bytes without", "<rss><item><title>" + "x" * 9_000_000)
text("endless.xml", "has more than 8,000,000 bytes without", "<rss>" + "<a/>" * 3_000_000)
text("encoding.xml", "is not well-formed XML", '<?xml version="1.0" encoding="no-such-code"?><rss/>')

# JSON and YAML
text("deep.json", "is not valid JSON", "[" * 100_000)
text("deep_value.json", "is not valid JSON", '[{"sku": ' + "[" * 100_000)
text("cut.json", "is not valid JSON", '[{"sku": "A", "title": "Mug", "price": 5}, {"sku": "B"')
text("long.json", "has an entry of more than 8,000,000", '[{"sku": "' + "x" * 20_000_000)
text("word.json", "is no product list", '[{"a": 1}]')
text("long.jsonl", "has a line of more than 4,000,000", '{"sku": "' + "x" * 5_000_000)
text("alias.yaml", "uses YAML aliases", "- &a [x, x]\n- &b [*a, *a]\n- [*b, *b]\n")
text("object.yaml", "is not valid YAML", "- !!python/object/apply:os.system [ls]\n")

# tables
text("binary.csv", "is not a text file", HEADER.encode() + b"\0\1\2\3" * 99)
text("unclosed.csv", "cannot be read after row", HEADER + 'A,"open,5\n' + "B,Mug,5\n" * 300_000)
text("columns.csv", "has 5000 columns", ",".join(["title", "sku", "price", *(f"c{n}" for n in range(4997))]) + "\n")
text("people.csv", "is no product list", "email,phone\na@shop.example,1\n")
text("empty.csv", "is empty", "\n \n")
text("picture.csv", "is a picture", b"\x89PNG\r\n\x1a\n" + b"0" * 99)
text("old.xls", "is an old Excel file", b"\xd0\xcf\x11\xe0" + b"0" * 99)


@hostile("gigabyte.csv", "has a line of more than 4,000,000")
def gigabyte(path: Path) -> None:
    with path.open("wb") as file:
        file.write(HEADER.encode())
        for _ in range(1024):
            file.write(b"x" * 2**20)


# pictures
def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    body = chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + body


text("bomb.png", "cannot be opened: Image size", png(30_000, 30_000))
text("large.png", "has 9000 x 9000 pixels", png(9_000, 9_000))
text("huge.png", "cannot be opened", png(2_000_000_000, 2))
text("cut.png", "is damaged", png(900, 900)[:500])
text("fake.jpg", "cannot be opened", b"\xff\xd8\xff\xe0" + b"0" * 99)
text("script.png", "is not a picture that we can read", "<svg onload='alert(1)'/>")
text("nothing.png", "is empty", "")


def read(path: Path, folder: Path) -> str:
    """What is said about a file: the refusal, or "read"."""
    try:
        if path.suffix in (".png", ".jpg"):
            images.read(path)
            return "read"
        if archives.is_archive(path):
            path = archives.unpack(path, folder, name=path.name)
        table = readers.open_table(path, known=dialects.known_columns())
        list(rows.readings(table.open_rows(), dialects.detect(table.columns, name=path.name)))
    except (UnreadableFileError, images.ImageError) as error:
        return str(error)
    return "read"


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    home = Path(sys.argv[1])
    for name, (write, _) in FILES.items():
        target, unpacked = home / name, home / f"{name} unpacked"
        unpacked.mkdir()
        write(target)
        started = time.process_time()
        said = read(target, unpacked)
        seconds = time.process_time() - started
        target.unlink()
        sys.stdout.write(f"{name}\t{seconds:.2f}\t{said[:300]}\n")
    # Not getrusage: its maximum is inherited from the process that started this one.
    kilobytes = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
    sys.stdout.write(f"peak\t{kilobytes // 1024}\tMB\n")
