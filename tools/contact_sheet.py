"""Contact sheet of finished videos: five frames of each file, wide ones in rows of their own.

python tools/contact_sheet.py OUT.jpg VIDEO.mp4 ...
"""

import sys
from pathlib import Path

import av
from PIL import Image

SHARES = (0.05, 0.27, 0.45, 0.68, 0.95)
"""Where in the clip the frames are taken: from the first words to the end card."""
GAP = 8
PAPER = (245, 243, 238)


def strip(path: Path, *, width: int) -> Image.Image:
    """The frames of one file side by side, together that wide."""
    with av.open(str(path)) as file:
        frames = [frame.to_image() for frame in file.decode(video=0)]
    chosen = [frames[int(share * len(frames))] for share in SHARES]
    each = (width - GAP * (len(chosen) - 1)) // len(chosen)
    height = round(each * chosen[0].height / chosen[0].width)
    row = Image.new("RGB", (width, height), PAPER)
    for place, frame in enumerate(chosen):
        row.paste(frame.resize((each, height), Image.Resampling.LANCZOS), (place * (each + GAP), 0))
    return row


def sheet(paths: list[Path], *, width: int = 1600) -> Image.Image:
    """All strips: a wide file takes a row, two of any other format share one."""
    wide = [strip(path, width=width) for path in paths if "wide" in path.name]
    narrow = [strip(path, width=(width - 3 * GAP) // 2) for path in paths if "wide" not in path.name]
    pairs = [narrow[place : place + 2] for place in range(0, len(narrow), 2)]
    whole = Image.new("RGB", (width, _height(wide) + _height([pair[0] for pair in pairs])), PAPER)
    top = 0
    for row in [[each] for each in wide] + pairs:
        for place, each in enumerate(row):
            whole.paste(each, (place * (each.width + 3 * GAP), top))
        top += row[0].height + GAP
    return whole


def _height(rows: list[Image.Image]) -> int:
    return sum(row.height + GAP for row in rows)


def main() -> None:
    """Write the sheet."""
    target, *paths = (Path(argument) for argument in sys.argv[1:])
    sheet(paths).save(target, quality=86, optimize=True)


if __name__ == "__main__":
    main()
