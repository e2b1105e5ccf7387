"""What a run of the published weights needs and takes, worked out before anything is loaded.

A stage is a part of the pipeline that has the device to itself when the others wait in host memory ("offloaded").
Context parallelism divides tokens over devices, never weights. Seconds come from counted operations and a rate: the
device's peak times the share that the authors' own published times imply (55 % network, 20 % decoder).
"""

from dataclasses import dataclass, replace

from model.config import ModelConfig
from model.inference.published import BASE_STEPS, DISTILLED_STEPS, UPSCALER_STEPS, ClipShape
from model.published import cost
from model.tokens.sequence import Segments, local_windows

GIB = 2**30
SIZES = {"256p": (448, 256), "540p": (896, 512), "1080p": (1920, 1088)}
FIRST_SIZE = "256p"
TEXT_TOKENS = 640
TEXT_ENCODER_BYTES, TEXT_ENCODER_FLOPS = 18 * 10**9, 2 * 9 * 10**9 * TEXT_TOKENS
VIDEO_ENCODER_BYTES, DECODER_BYTES, SOUND_BYTES = 1_409_377_336, 214_245_784, 624_450_056
SOUND_DECODER_FLOPS_PER_SECOND = 126 * 10**9
RESERVED_BYTES = 3 * GIB // 2
"""Device context and allocator slack."""
NETWORK_SHARE, DECODER_SHARE = 0.55, 0.2
PLAIN_LINK_GB_S = 25
HOST_BYTES_PER_SECOND = 25 * 10**9
"""Host memory to device, pinned, PCIe 4."""


@dataclass(frozen=True)
class Device:
    """What a machine has: memory in GiB, dense bfloat16 peak in TFLOP/s, link to its neighbours in GB/s."""

    name: str
    memory_gib: float
    peak_tflops: float
    link_gb_s: float


DEVICES = {
    device.name: device
    for device in (
        Device("rtx4090", 24, 165, 25),
        Device("rtx5090", 32, 209, 50),
        Device("a100-40", 40, 312, 300),
        Device("l40s", 48, 362, 25),
        Device("a100-80", 80, 312, 300),
        Device("h100", 80, 989, 450),
        Device("h200", 140, 989, 450),
        Device("b200", 178, 2250, 900),
    )
}


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A run somebody wants: which network, which size, how long, on what."""

    config: str = "base15b"
    resolution: str = "1080p"
    seconds: int = 5
    device: Device
    gpus: int = 1
    distilled: bool = True


@dataclass(frozen=True)
class Stage:
    """One part of a run: bytes on each device while it works, operations over all devices, predicted seconds."""

    name: str
    weights: int
    working: int
    flops: int
    seconds: float


class DoesNotFitError(Exception):
    """The run cannot be made on these devices; the message says what is missing and what would do."""


@dataclass(frozen=True)
class Plan:
    """The stages of a run and where the weights stay between them."""

    ask: Ask
    stages: tuple[Stage, ...]
    offloaded: bool

    @property
    def device_bytes(self) -> int:
        return needed(self.stages, offloaded=self.offloaded)

    @property
    def host_bytes(self) -> int:
        """Weights that wait in host memory: all of them when offloaded."""
        return sum(stage.weights for stage in self.stages) if self.offloaded else 0

    @property
    def moving_seconds(self) -> float:
        """Every waiting part goes to the device once."""
        return self.host_bytes / HOST_BYTES_PER_SECOND

    @property
    def seconds(self) -> float:
        return sum(stage.seconds for stage in self.stages) + self.moving_seconds


def make_plan(ask: Ask) -> Plan:
    """All weights on the device if they fit, else one stage at a time; raises DoesNotFitError otherwise."""
    check(ask)
    stages, room = stages_of(ask), round(ask.device.memory_gib * GIB)
    for offloaded in (False, True):
        if needed(stages, offloaded=offloaded) <= room:
            return Plan(ask, stages, offloaded)
    raise DoesNotFitError(refusal(ask, stages))


def check(ask: Ask) -> None:
    """Refuse what no memory would help."""
    if ask.config != "base15b":
        raise DoesNotFitError(f"there are no published stages for {ask.config!r}: plan base15b")
    if ask.resolution not in SIZES:
        raise DoesNotFitError(f"no resolution {ask.resolution!r}: there are {', '.join(SIZES)}")
    heads = ModelConfig.base15b().num_query_groups
    if ask.gpus < 1 or heads % ask.gpus:
        counts = ", ".join(str(n) for n in range(1, heads + 1) if heads % n == 0)
        raise DoesNotFitError(f"{ask.gpus} devices cannot share {heads} key/value heads: use {counts}")


def stages_of(ask: Ask) -> tuple[Stage, ...]:
    """Text, first frame, base, super-resolution where asked, picture and sound."""
    first, last = (ClipShape(ask.seconds, *SIZES[name]) for name in (FIRST_SIZE, ask.resolution))
    config, steps = ModelConfig.base15b(), DISTILLED_STEPS if ask.distilled else 2 * BASE_STEPS
    stages = [
        media_stage(ask, "text encoder", TEXT_ENCODER_BYTES, TEXT_ENCODER_FLOPS, working=GIB),
        media_stage(ask, "first frame", VIDEO_ENCODER_BYTES, first_frame_flops(last), working=GIB),
        network_stage(ask, "base, distilled" if ask.distilled else "base, guided", config, first, steps),
    ]
    if ask.resolution != FIRST_SIZE:
        upscaler = ModelConfig.upscaler15b(local=ask.resolution == "1080p")
        stages.append(network_stage(ask, "super-resolution", upscaler, last, UPSCALER_STEPS))
    working = cost.turbo_working_bytes(last.latent)
    stages.append(media_stage(ask, "picture decoder", DECODER_BYTES, cost.turbo_flops(last.latent), working=working))
    sound_flops = SOUND_DECODER_FLOPS_PER_SECOND * ask.seconds
    stages.append(media_stage(ask, "sound decoder", SOUND_BYTES, sound_flops, working=GIB // 2))
    return tuple(stages)


def first_frame_flops(shape: ClipShape) -> int:
    """Encoding one picture of the final size."""
    return cost.wan_encoder_flops(shape.latent[1] * 16, shape.latent[2] * 16)


def media_stage(ask: Ask, name: str, weights: int, flops: int, *, working: int) -> Stage:
    """A part that runs whole on one device."""
    return Stage(name, weights, working, flops, flops / (DECODER_SHARE * ask.device.peak_tflops * 1e12))


def network_stage(ask: Ask, name: str, config: ModelConfig, shape: ClipShape, steps: int) -> Stage:
    """The Transformer: tokens divided over the devices, weights on each of them."""
    segments = Segments(shape.tokens, shape.frames, TEXT_TOKENS)
    windows = local_windows(segments, frames=shape.latent[0], receptive_field=config.frame_receptive_field)
    flops = steps * cost.forward_flops(config, segments, windows)
    rate = NETWORK_SHARE * ask.device.peak_tflops * 1e12 * ask.gpus
    seconds = flops / rate + steps * exchange_seconds(ask, config, segments.total)
    working = cost.working_bytes(config, -(-segments.total // ask.gpus))
    return Stage(name, cost.weight_bytes(config), working, flops, seconds)


def exchange_seconds(ask: Ask, config: ModelConfig, tokens: int) -> float:
    """Time in which the devices swap heads for tokens and back, in bfloat16, all layers of one forward pass."""
    if ask.gpus == 1:
        return 0.0
    channels = 2 * config.hidden_size + 2 * config.num_query_groups * config.head_dim
    sent = 2 * channels * tokens / ask.gpus * (ask.gpus - 1) / ask.gpus
    return config.num_layers * sent / (ask.device.link_gb_s * 1e9)


def needed(stages: tuple[Stage, ...], *, offloaded: bool) -> int:
    """Bytes on one device: the largest stage alone, or the largest working set beside all weights."""
    if offloaded:
        return RESERVED_BYTES + max(stage.weights + stage.working for stage in stages)
    return RESERVED_BYTES + sum(stage.weights for stage in stages) + max(stage.working for stage in stages)


def refusal(ask: Ask, stages: tuple[Stage, ...]) -> str:
    """Why it does not fit, and the nearest things that would."""
    largest = max(stages, key=lambda stage: stage.weights + stage.working)
    lines = [
        f"{ask.resolution} of {ask.seconds} s cannot be made on {ask.gpus} x {ask.device.name} with "
        f"{ask.device.memory_gib:g} GiB each: {largest.name!r} alone needs {gib(needed(stages, offloaded=True))} "
        f"on each device, {gib(largest.weights)} of it weights, which every device holds.",
    ]
    lines += [f"It would fit {text}." for text in alternatives(ask)] or ["Nothing in the table of devices would fit."]
    return "\n".join(lines)


def alternatives(ask: Ask) -> list[str]:
    """More devices of the same kind, a smaller picture, a shorter clip, the smallest other device."""
    others = [(f"on {n} x {ask.device.name}", replace(ask, gpus=n)) for n in (2, 4, 8) if n > ask.gpus]
    smaller = list(SIZES)[: list(SIZES).index(ask.resolution)]
    sizes = [(f"at {size}", replace(ask, resolution=size)) for size in reversed(smaller)]
    shorter = [(f"at {s} s", replace(ask, seconds=s)) for s in range(ask.seconds - 1, 0, -1)]
    devices = [(f"on {ask.gpus} x {name}", replace(ask, device=device)) for name, device in DEVICES.items()]
    return [text for text in (first_that_fits(group) for group in (others, sizes, shorter, devices)) if text]


def first_that_fits(choices: list[tuple[str, Ask]]) -> str | None:
    for text, ask in choices:
        if needed(stages_of(ask), offloaded=True) <= ask.device.memory_gib * GIB:
            return text
    return None


def gib(count: int) -> str:
    return f"{count / GIB:.1f} GiB"


def table(plan: Plan) -> str:
    """The plan for people: a line a stage, then totals."""
    rows = [f"{'stage':26} {'weights':>10} {'working':>10} {'TFLOP':>9} {'seconds':>8}"]
    for stage in plan.stages:
        amounts = f"{gib(stage.weights):>10} {gib(stage.working):>10} {stage.flops / 1e12:9.1f} {stage.seconds:8.2f}"
        rows.append(f"{stage.name:26} {amounts}")
    where = "all weights stay"
    if plan.offloaded:
        where = f"one stage at a time, {gib(plan.host_bytes)} wait in host memory"
        rows.append(f"{'moving weights':26} {'':31} {plan.moving_seconds:8.2f}")
    rows.append(f"{'sum':26} {'':21} {sum(s.flops for s in plan.stages) / 1e12:9.1f} {plan.seconds:8.2f}")
    rows.append(f"{gib(plan.device_bytes)} of {plan.ask.device.memory_gib:g} GiB on each device; {where}")
    return "\n".join(rows)
