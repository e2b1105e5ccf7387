"""The two hashes of a file: of its bytes, and of its picture and sound whatever container or seal is around them."""

import hashlib
import subprocess
from pathlib import Path

import imageio_ffmpeg

SECONDS = 60


def streams_hash(path: Path) -> str | None:
    """SHA-256 over the packets of every stream, parameter sets of the picture included; None when it is no H.264 file.

    Nothing is decoded: two files have one hash when a player is handed the same packets in the same order. The demuxer
    is named, so that no stranger's playlist makes ffmpeg open other files.
    """
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-protocol_whitelist", "file", "-f", "mov",
        "-i", f"file:{path}",
        "-map", "0:v", "-map", "0:a?", "-c", "copy", "-bsf:v", "h264_mp4toannexb",
        "-f", "streamhash", "-hash", "sha256", "-",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    return hashlib.sha256(done.stdout).hexdigest() if done.returncode == 0 and done.stdout else None


def file_hash(path: Path) -> str:
    """SHA-256 of the bytes of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
