"""One pass over a finished file: everything the checks may know, from the file, the facts and the photo alone."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.facts import ProductFacts
from review.observe import effect, faces, flashes, hearing, marks, media, picture, product, sync, text
from review.observe.effect import Window
from review.observe.languages import measured
from review.observe.media import Frame, Streams
from review.observe.photo import Photo
from review.observe.records import (
    CannotMeasure,
    Extent,
    Face,
    Marks,
    Observation,
    Picture,
    Sighting,
    Sound,
    Sync,
    TextLine,
    Word,
)
from review.observe.text import Film

Progress = Callable[[str, float], None]
"""Called with the name of the stage and the share of all work that is done."""

Part = Literal["sound", "sync", "text", "product", "faces", "flashes", "effect", "marks"]
EVERYTHING: frozenset[Part] = frozenset(get_args(Part))
MOST_FRAMES = 240
"""Frames kept in memory; longer files are looked at more sparsely in time."""
LONGER_SIDE = 640
"""Size of analysis frames: half of a 720p file."""
LOOK_EVERY = 0.6
"""Seconds between searches for the product and for text, in files of up to 12 s."""
LOOKED_AT = 6
"""Moments of a shot at which the effect is measured, and half as many of all other shots together."""
FACES_EVERY = 1.0
"""Seconds between searches for faces."""
STILL = 0.34
"""Seconds over which falling drops are taken out of a picture before the product is looked for."""
DARKER = 33
"""Percentile over that time which is kept of each pixel."""
MEASURABLE = frozenset({"jet"})
"""Effects of drops, which light up a pixel for one frame: what the measurement sees, and what it was tested on."""


@dataclass(frozen=True, kw_only=True)
class Track:
    """The words of one sound track: two cuts of a video share their sound, so it is listened to once."""

    sound: Sound
    words: tuple[Word, ...]
    unheard: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a file is said to show: a product, its cut-out photo, and the language of words about it."""

    facts: ProductFacts
    photo: Photo | None
    locale: str


def observe(
    file: Path,
    subject: Subject,
    progress: Progress,
    *,
    heard: Track | None = None,
    parts: frozenset[Part] = EVERYTHING,
) -> Observation:
    """Watch, read and listen to `file`. Raises `media.MediaError` when it is not a readable video.

    `heard` passes on the track of another cut of the same video instead of listening again. Fewer `parts` leave the
    rest of the record empty: for measuring a single rule, never for a verdict.
    """
    streams = media.probe(file)
    progress("Listening", 0.0)
    track = heard or (listen(file, subject.locale) if "sound" in parts else Track(sound=Sound(), words=()))
    progress("Watching", 0.25)
    film = _film(file, streams)
    shots = picture.cuts(film.frames, film.seconds)
    progress("Reading", 0.35)
    reading = _within(progress, "Reading", 0.35, 0.25)
    texts = text.read(film, every=_every(streams), progress=reading) if "text" in parts else ()
    looking = _within(progress, "Finding the product", 0.6, 0.2)
    sightings, looked_at = _look(film, subject.photo if "product" in parts else None, shots, looking)
    measuring = _within(progress, "Measuring", 0.8, 0.1)
    seen = sightings, texts, shots
    extent = _extent(film, subject, seen, measuring) if "effect" in parts else CannotMeasure(reason="Not asked.")
    progress("Looking for faces and flashes", 0.9)
    return Observation(
        sha256=media.sha256(file),
        locale=subject.locale,
        seconds=streams.seconds,
        picture=_picture(film, streams, shots, with_flashes="flashes" in parts),
        sound=track.sound,
        texts=texts,
        words=track.words,
        sightings=sightings,
        faces=_faces(film) if "faces" in parts else (),
        looked_at=looked_at,
        effect=extent,
        sync=_sync(file, film, streams) if "sync" in parts else None,
        marks=marks.marks(file) if "marks" in parts else Marks(),
        unread=(*track.unheard, *_unread(subject.locale)),
    )


def _within(progress: Progress, stage: str, start: float, length: float) -> Callable[[float], None]:
    """Progress of a stage as progress of all."""
    return lambda share: progress(stage, start + length * share)


def _unread(locale: str) -> tuple[str, ...]:
    language = locale.split("-")[0]
    return () if language in measured("text") else (f"Text in {language!r} cannot be read by the audit.",)


def _picture(film: Film, streams: Streams, shots: tuple[float, ...], *, with_flashes: bool) -> Picture:
    return Picture(
        width=streams.width,
        height=streams.height,
        fps=streams.fps,
        codec=streams.video_codec,
        cuts=shots,
        black=picture.black(film.frames, film.seconds),
        frozen=picture.frozen(film.frames, film.seconds),
        flashes=_flashes(film) if with_flashes else None,
    )


def listen(file: Path, locale: str) -> Track:
    """The sound of a file and the words in it."""
    sound, words, unheard = hearing.listen(file, media.probe(file), locale.split("-")[0])
    return Track(sound=sound, words=words, unheard=unheard)


def _film(file: Path, streams: Streams) -> Film:
    enlarge = max(1.0, max(streams.width, streams.height) / LONGER_SIDE)
    width, height = round(streams.width / enlarge), round(streams.height / enlarge)
    fps = min(streams.fps, MOST_FRAMES / max(streams.seconds, 0.1))
    resampled = None if fps == streams.fps else fps
    frames = list(media.frames(file, width=width, height=height, fps=resampled))
    if not frames:
        raise media.MediaError(f"{file.name} holds no picture that can be decoded.")
    return Film(
        frames=frames,
        seconds=np.arange(len(frames)) / fps,
        enlarge=streams.width / width,
        full=lambda second: media.frame_at(file, second, streams),
    )


def _faces(film: Film) -> tuple[Face, ...]:
    """Faces in a frame of every second."""
    moments = np.arange(FACES_EVERY / 2, max(film.seconds[-1], FACES_EVERY), FACES_EVERY)
    indices = sorted({int(np.abs(film.seconds - moment).argmin()) for moment in moments})
    return tuple(
        face
        for index in indices
        for face in faces.faces(film.frames[index], second=float(film.seconds[index]), enlarge=film.enlarge)
    )


def _sync(file: Path, film: Film, streams: Streams) -> Sync | None:
    return sync.measure(film.frames, film.seconds, media.sound(file)) if streams.audio_codec else None


def _flashes(film: Film) -> tuple[float, ...] | None:
    is_dense = len(film.seconds) > 1 and 1 / (film.seconds[1] - film.seconds[0]) >= flashes.FEWEST_A_SECOND - 1e-6
    return flashes.flashes(film.frames, film.seconds) if is_dense else None


def _every(streams: Streams) -> float:
    return LOOK_EVERY * max(1.0, streams.seconds / 12)


def _look(
    film: Film, photo: Photo | None, shots: tuple[float, ...], progress: Callable[[float], None]
) -> tuple[tuple[Sighting, ...], tuple[float, ...]]:
    """Search the product in frames spread over the file; in the first two of each shot and in every third, count it."""
    if photo is None:
        return (), ()
    every = LOOK_EVERY * max(1.0, film.seconds[-1] / 12)
    moments = np.arange(every / 2, film.seconds[-1] + 1e-6, every)
    indices = sorted({int(np.abs(film.seconds - moment).argmin()) for moment in moments}) or [0]
    found: list[Sighting] = []
    in_shot: dict[int, int] = {}
    for done, index in enumerate(indices):
        second = float(film.seconds[index])
        shot = int(np.searchsorted(shots, second, side="right"))
        near = found[-1] if found and found[-1].second >= (0.0, *shots)[shot] else None
        still = _still(film, index, shots)
        seen = _found(still, film.frames[index], photo, second=second, enlarge=film.enlarge, near=near)
        if seen:
            number = in_shot[shot] = in_shot.get(shot, -1) + 1
            if number < 2 or number % 3 == 0:
                seen = replace(seen, instances=product.count(still, photo, sighting=seen, enlarge=film.enlarge))
        found += [seen] if seen else []
        progress((done + 1) / len(indices))
    return tuple(found), tuple(round(float(film.seconds[index]), 3) for index in indices)


def _found(
    still: Frame, frame: Frame, photo: Photo, *, second: float, enlarge: float, near: Sighting | None
) -> Sighting | None:
    """The product in the picture without drops; where the camera shook too much for that, in the bare frame."""
    pictures = still, frame
    seen = (product.locate(each, photo, second=second, enlarge=enlarge, near=near) for each in pictures)
    return next((sighting for sighting in seen if sighting), None)


def _still(film: Film, index: int, shots: tuple[float, ...]) -> Frame:
    """The frame without what only flits through it: drops are bright, so the darker third over a third of a second.

    Frames of the same shot, brought together first by how far the picture as a whole has moved.
    """
    seconds = film.seconds
    shot = np.searchsorted(shots, seconds[index], side="right")
    near = (np.abs(seconds - seconds[index]) < STILL / 2) & (np.searchsorted(shots, seconds, side="right") == shot)
    middle = film.frames[index]
    return _darker([_brought_to(middle, film.frames[int(place)]) for place in np.flatnonzero(near)])


def _darker(frames: list[Frame]) -> Frame:
    """The `DARKER` percentile of each pixel, the nearest one: the darkest is sorted out as often as it takes."""
    rank = round((len(frames) - 1) * DARKER / 100)
    for _ in range(rank):
        brighter = []
        darkest = frames[0]
        for frame in frames[1:]:
            brighter.append(cv2.max(darkest, frame))
            darkest = cv2.min(darkest, frame)
        frames = [np.asarray(frame, np.uint8) for frame in brighter]
    return np.asarray(functools.reduce(cv2.min, frames), np.uint8)


def _brought_to(middle: Frame, frame: Frame) -> Frame:
    """A frame shifted as a whole onto another one."""
    small = [cv2.cvtColor(each, cv2.COLOR_RGB2GRAY).astype(np.float32) for each in (middle[::2, ::2], frame[::2, ::2])]
    (across, down), _ = cv2.phaseCorrelate(*small)
    shift = np.array([[1, 0, -2 * across], [0, 1, -2 * down]])
    size = frame.shape[1], frame.shape[0]
    return np.asarray(cv2.warpAffine(frame, shift, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _extent(
    film: Film,
    subject: Subject,
    seen: tuple[tuple[Sighting, ...], tuple[TextLine, ...], tuple[float, ...]],
    progress: Callable[[float], None],
) -> Extent:
    kind, photo = subject.facts.effect.kind, subject.photo
    if kind == "none":
        return CannotMeasure(reason="The product has no effect: there is no height to measure.")
    if kind not in MEASURABLE:
        return CannotMeasure(reason=f"The {kind} has no sharp edge: compare its size with the specification yourself.")
    if photo is None:
        return CannotMeasure(reason="There is no cut-out photo of the product to measure against.")
    sightings, texts, shots = seen
    windows = [window for sighting in sightings if (window := _window(film, sighting, texts, shots))]
    return effect.measure(_chosen(windows, shots), photo, enlarge=film.enlarge, progress=progress)


def _chosen(windows: Sequence[Window], shots: tuple[float, ...]) -> list[Window]:
    """Some moments of the shot whose picture reaches highest above the product, and some of all others."""
    if not windows:
        return []
    number = [int(np.searchsorted(shots, window.sighting.second, side="right")) for window in windows]
    reach = [(window.sighting.box.y + window.sighting.box.height) / window.sighting.scale for window in windows]
    widest = number[int(np.argmax(reach))]
    there = [window for window, shot in zip(windows, number, strict=True) if shot == widest]
    others = [window for window, shot in zip(windows, number, strict=True) if shot != widest]
    return [*_spread(there, LOOKED_AT), *_spread(others, LOOKED_AT // 2)]


def _spread(windows: Sequence[Window], most: int) -> list[Window]:
    """So many of them, evenly."""
    if len(windows) <= most:
        return list(windows)
    return [windows[index] for index in np.unique(np.linspace(0, len(windows) - 1, most).round().astype(int))]


def _window(film: Film, sighting: Sighting, texts: tuple[TextLine, ...], shots: tuple[float, ...]) -> Window | None:
    """The frames around a sighting, of its shot only; None when there are too few."""
    step = float(film.seconds[1] - film.seconds[0]) if len(film.seconds) > 1 else 1.0
    half = max(effect.WINDOW / 2, 7 * step)
    bounds = np.array([0.0, *shots, film.seconds[-1] + step])
    shot = int(np.searchsorted(bounds, sighting.second, side="right")) - 1
    low, high = max(sighting.second - half, bounds[shot]), min(sighting.second + half, bounds[shot + 1] - step / 2)
    inside: NDArray[np.int64] = np.flatnonzero((film.seconds >= low - 1e-6) & (film.seconds <= high))
    if len(inside) < 12:
        return None
    middle = int(np.abs(film.seconds[inside] - sighting.second).argmin())
    captions = tuple(line.box for line in texts if line.start < high and line.end > low)
    grey = [cv2.cvtColor(film.frames[index], cv2.COLOR_RGB2GRAY) for index in inside]
    return Window(
        grey=[np.asarray(frame, np.uint8) for frame in grey], middle=middle, sighting=sighting, captions=captions
    )
