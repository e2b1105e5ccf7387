"""Principled materials by what they are made of: plastic, metal, glass, wood, glaze, cloth, wax.

Colours are written as the sRGB hex a designer would name; Cycles wants them linear.
"""

from collections.abc import Sequence
from typing import Any

import bpy
import numpy as np

FINE = 2000.0  # noise periods per metre: the grain of moulded plastic and powder coat


def linear(colour: str) -> tuple[float, float, float, float]:
    """Return '#rrggbb' as linear red, green, blue, alpha."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return red, green, blue, 1.0


def principled(name: str, colour: str, **inputs: float) -> Any:
    """A Principled material; `inputs` are its sockets in lower case with underscores, such as coat_weight=0.5."""
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    shader = made.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = linear(colour)
    for key, value in inputs.items():
        shader.inputs[_socket(shader, key)].default_value = value
    return made


def _socket(shader: Any, key: str) -> str:
    wanted = key.replace("_", " ").lower()
    for socket in shader.inputs:
        if socket.name.lower() == wanted:
            return str(socket.name)
    raise KeyError(f"Principled BSDF has no input {key!r}; it has {[socket.name for socket in shader.inputs]}")


def plastic(name: str, colour: str, *, roughness: float = 0.38, grain: float = 0.04, coat: float = 0.0) -> Any:
    """Moulded plastic, rubber or powder coat: a faint grain keeps highlights from looking computed."""
    made = principled(name, colour, roughness=roughness, coat_weight=coat, coat_roughness=0.08)
    bump(made, scale=FINE, strength=grain, distance=0.0004)
    vary_roughness(made, roughness, scale=60.0, amount=0.06)
    return made


def metal(name: str, colour: str, *, roughness: float = 0.25, brushed: float = 0.0) -> Any:
    """Metal; `brushed` > 0 draws fine turning marks round the z axis."""
    made = principled(name, colour, metallic=1.0, roughness=roughness, anisotropic=0.6 if brushed else 0.0)
    if brushed:
        stretch = (30.0, 30.0, 9000.0)
        bump(made, scale=1.0, strength=brushed, distance=0.0002, stretch=stretch)
    return made


def glass(name: str, colour: str, *, roughness: float = 0.0, ior: float = 1.5) -> Any:
    """Clear or tinted solid glass or liquid."""
    return principled(name, colour, roughness=roughness, transmission_weight=1.0, ior=ior)


def drop(name: str) -> Any:
    """A small drop of water: only its reflections are drawn, for at this size refraction is noise."""
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    nodes, links = made.node_tree.nodes, made.node_tree.links
    nodes.clear()
    facing, mix = nodes.new("ShaderNodeFresnel"), nodes.new("ShaderNodeMixShader")
    facing.inputs["IOR"].default_value = 1.6
    clear, shine = nodes.new("ShaderNodeBsdfTransparent"), nodes.new("ShaderNodeBsdfGlossy")
    clear.inputs["Color"].default_value = (0.93, 0.95, 0.97, 1.0)
    shine.inputs["Roughness"].default_value = 0.03
    links.new(facing.outputs[0], mix.inputs[0])
    links.new(clear.outputs[0], mix.inputs[1])
    links.new(shine.outputs[0], mix.inputs[2])
    links.new(mix.outputs[0], nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    return made


def wood(name: str, light: str, dark: str, *, axis: Sequence[float] = (1.0, 9.0, 9.0), roughness: float = 0.42) -> Any:
    """Fine-grained timber: fibres along the axis whose number is smallest."""
    made = principled(name, light, roughness=roughness, coat_weight=0.12, coat_roughness=0.25)
    nodes, links = made.node_tree.nodes, made.node_tree.links
    place = coordinates(made, stretch=[14.0 * value for value in axis])
    broad = noise(made, place, scale=1.0, detail=6.0, distortion=0.6)
    pores = noise(made, coordinates(made, stretch=[60.0 * value for value in axis]), scale=3.0, detail=3.0)
    mixed = nodes.new("ShaderNodeMath")
    mixed.operation = "MULTIPLY_ADD"
    links.new(pores.outputs["Fac"], mixed.inputs[0])
    mixed.inputs[1].default_value = 0.35
    links.new(broad.outputs["Fac"], mixed.inputs[2])
    ramp = nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[0].color = 0.48, linear(dark)
    ramp.color_ramp.elements[1].position, ramp.color_ramp.elements[1].color = 0.86, linear(light)
    links.new(mixed.outputs[0], ramp.inputs[0])
    links.new(ramp.outputs[0], nodes["Principled BSDF"].inputs["Base Color"])
    bump(made, scale=1.0, strength=0.06, distance=0.0004, stretch=[160.0 * value for value in axis])
    return made


def glaze(name: str, colour: str, pooled: str, *, roughness: float = 0.12, scale: float = 22.0) -> Any:
    """Glazed ceramic: the colour drifts between two tones, under a clear coat."""
    made = principled(name, colour, roughness=roughness, coat_weight=0.6, coat_roughness=0.03)
    drift(made, colour, pooled, scale=scale)
    bump(made, scale=70.0, strength=0.05, distance=0.002)
    return made


def drift(made: Any, first: str, second: str, *, scale: float, stretch: Sequence[float] = (1.0, 1.0, 1.0)) -> None:
    """Let the base colour wander between two tones, `scale` periods per metre."""
    nodes, links = made.node_tree.nodes, made.node_tree.links
    field = noise(made, coordinates(made, stretch=[scale * value for value in stretch]), scale=1.0, detail=5.0)
    ramp = nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[0].color = 0.35, linear(first)
    ramp.color_ramp.elements[1].position, ramp.color_ramp.elements[1].color = 0.68, linear(second)
    links.new(field.outputs["Fac"], ramp.inputs[0])
    links.new(ramp.outputs[0], nodes["Principled BSDF"].inputs["Base Color"])


def vary_roughness(made: Any, middle: float, *, scale: float, amount: float) -> None:
    """Let the roughness wander by `amount` about `middle`: touched surfaces are never even."""
    nodes, links = made.node_tree.nodes, made.node_tree.links
    field = noise(made, coordinates(made, stretch=(scale, scale, scale)), scale=1.0, detail=1.0)
    span = nodes.new("ShaderNodeMapRange")
    span.inputs["To Min"].default_value, span.inputs["To Max"].default_value = middle - amount, middle + amount
    links.new(field.outputs["Fac"], span.inputs["Value"])
    links.new(span.outputs["Result"], nodes["Principled BSDF"].inputs["Roughness"])


def bump(
    made: Any, *, scale: float, strength: float, distance: float, stretch: Sequence[float] = (1.0, 1.0, 1.0)
) -> None:
    """Add noise relief of `distance` metres."""
    field = noise(made, coordinates(made, stretch=[scale * value for value in stretch]), scale=1.0, detail=0.0)
    relief(made, field.outputs["Fac"], strength=strength, distance=distance)


def relief(made: Any, height: Any, *, strength: float, distance: float) -> None:
    """Drive the surface normal by a height output."""
    nodes, links = made.node_tree.nodes, made.node_tree.links
    node = nodes.new("ShaderNodeBump")
    node.inputs["Strength"].default_value, node.inputs["Distance"].default_value = strength, distance
    links.new(height, node.inputs["Height"])
    links.new(node.outputs["Normal"], nodes["Principled BSDF"].inputs["Normal"])


def picture(made: Any, pixels: np.ndarray, *, width: float, socket: str = "Base Color", colour: bool = True) -> Any:
    """Lay a picture (H, W, 3) of this width in metres flat over the object's x, y about its origin."""
    nodes, links = made.node_tree.nodes, made.node_tree.links
    height, across = pixels.shape[:2]
    image = bpy.data.images.new(f"{made.name}-{socket}", across, height)
    image.colorspace_settings.name = "sRGB" if colour else "Non-Color"
    opaque = np.concatenate([pixels, np.ones((height, across, 1))], axis=2)
    image.pixels.foreach_set(np.flipud(opaque).astype(np.float32).ravel())
    image.pack()
    node = nodes.new("ShaderNodeTexImage")
    node.image, node.extension = image, "EXTEND"
    place = nodes.new("ShaderNodeMapping")
    place.inputs["Scale"].default_value = (1 / width, 1 / width, 1.0)
    place.inputs["Location"].default_value = (0.5, 0.5, 0.0)
    links.new(nodes.new("ShaderNodeTexCoord").outputs["Object"], place.inputs["Vector"])
    links.new(place.outputs["Vector"], node.inputs["Vector"])
    links.new(node.outputs["Color"], nodes["Principled BSDF"].inputs[socket])
    return node


def coordinates(made: Any, *, stretch: Sequence[float]) -> Any:
    """Object coordinates in metres, multiplied by `stretch`."""
    nodes, links = made.node_tree.nodes, made.node_tree.links
    place = nodes.new("ShaderNodeMapping")
    place.inputs["Scale"].default_value = tuple(stretch)
    links.new(nodes.new("ShaderNodeTexCoord").outputs["Object"], place.inputs["Vector"])
    return place


def noise(made: Any, place: Any, *, scale: float, detail: float, distortion: float = 0.0) -> Any:
    """A noise field over mapped coordinates."""
    node = made.node_tree.nodes.new("ShaderNodeTexNoise")
    node.inputs["Scale"].default_value = scale
    node.inputs["Detail"].default_value = detail
    node.inputs["Distortion"].default_value = distortion
    made.node_tree.links.new(place.outputs["Vector"], node.inputs["Vector"])
    return node
