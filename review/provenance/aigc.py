"""Writes the implicit label of GB 45438-2025: a JSON under the key ``AIGC`` in the metadata of an MP4. Read back by
`review.observe.marks`."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

SECONDS = 60
IS_GENERATED = "1"


class CannotLabel(RuntimeError):
    """ffmpeg could not write the label; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Label:
    """Who made which content. `reserved` carries the hash of the streams it belongs to."""

    producer: str
    produce_id: str
    reserved: str

    def to_json(self) -> str:
        """With the standard's own names, in its order; who passes it on fills the Propagat* fields."""
        fields = {
            "Label": IS_GENERATED, "ContentProducer": self.producer, "ProduceID": self.produce_id,
            "ReservedCode1": self.reserved, "ContentPropagator": "", "PropagateID": "", "ReservedCode2": "",
        }  # fmt: skip
        return json.dumps(fields, ensure_ascii=False)


def write(source: Path, target: Path, label: Label) -> None:
    """Copy a file with its label; nothing is encoded anew. Raises CannotLabel."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", str(source), "-map", "0", "-c", "copy",
        "-metadata", f"AIGC={label.to_json()}", "-movflags", "+faststart+use_metadata_tags", str(target),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()[-300:]
        raise CannotLabel(f"ffmpeg could not label {source.name}: {said}")
