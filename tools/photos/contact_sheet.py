"""Put all pictures of the demo catalog on one sheet: a row a pair of products, packshot beside view."""

from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PHOTOS, SHEET = ROOT / "catalog" / "demo" / "photos", ROOT / "docs" / "pictures" / "demo-catalog.jpg"
CELL, COLUMNS, GAP = 480, 4, 8


def main() -> None:
    """Write the sheet and print its size."""
    files = sorted(PHOTOS.glob("*.jpg"))
    rows = -(-len(files) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (CELL + GAP) - GAP, rows * (CELL + GAP) - GAP), "#d9d9d9")
    for i, file in enumerate(files):
        with Image.open(file) as picture:
            small = picture.convert("RGB").resize((CELL, CELL), Image.Resampling.LANCZOS)
        sheet.paste(small, ((i % COLUMNS) * (CELL + GAP), (i // COLUMNS) * (CELL + GAP)))
    SHEET.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(SHEET, quality=86, optimize=True)
    print(f"{SHEET.relative_to(ROOT)}: {len(files)} pictures, {SHEET.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
