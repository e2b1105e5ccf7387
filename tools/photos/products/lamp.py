"""Table lamp: a glazed stoneware gourd, a brass neck, a linen shade that is lit from inside."""

from typing import Any

import bpy
import materials
import shapes
from studio import View

HEIGHT, SHADE_LOW, SHADE_HIGH = 0.405, 0.225, 0.400  # metres: finial, lower and upper edge of the shade
FOOT = 0.012


def build(view: str) -> View:
    """Build the lit lamp; "view" looks at the glaze and the brass from close by."""
    _foot()
    _body()
    _stem()
    _shade()
    if view == "view":
        return View(
            effect=(0, 0, 0.205), pitch_deg=8.0, yaw_deg=24.0, fill=0.86, only=("body", "foot", "stem"), shadow=0.5
        )
    return View(effect=(0, 0, 0.31), yaw_deg=0.0, fill=0.80)


def _foot() -> None:
    brass = materials.metal("brass", "#b98f4c", roughness=0.26, brushed=0.04)
    shapes.lathe(
        "foot",
        [(0.0, 0.0), (0.058, 0.0, 0.001), (0.059, 0.0090, 0.002), (0.0520, FOOT, 0.002), (0.0, FOOT)],
        brass,
        segments=192,
    )


def _body() -> None:
    glaze = materials.glaze("glaze", "#23566a", "#2f6c7c", roughness=0.10, scale=18.0)
    _pool(glaze)
    line = [
        (0.0, FOOT),
        (0.0500, FOOT, 0.002),
        (0.0530, 0.016, 0.003),
        (0.0790, 0.060, 0.040),
        (0.0840, 0.098, 0.040),
        (0.0560, 0.150, 0.040),
        (0.0225, 0.184, 0.024),
        (0.0200, 0.203, 0.004),
        (0.0215, 0.2085, 0.002),
        (0.0170, 0.2105, 0.001),
        (0.0, 0.2105),
    ]
    shapes.lathe("body", line, glaze, segments=192)


def _pool(glaze: Any) -> None:
    """Glaze runs down in the kiln: thinner and paler at the shoulder, darker at the foot."""
    nodes, links = glaze.node_tree.nodes, glaze.node_tree.links
    shader = nodes["Principled BSDF"]
    base = shader.inputs["Base Color"].links[0].from_socket
    axes = nodes.new("ShaderNodeSeparateXYZ")
    links.new(nodes.new("ShaderNodeTexCoord").outputs["Object"], axes.inputs[0])
    span = nodes.new("ShaderNodeMapRange")
    for key, value in {"From Min": 0.10, "From Max": 0.205, "To Min": 0.0, "To Max": 0.55}.items():
        span.inputs[key].default_value = value
    links.new(axes.outputs["Z"], span.inputs["Value"])
    mix = nodes.new("ShaderNodeMixRGB")
    mix.inputs["Color2"].default_value = materials.linear("#9fc4bd")
    links.new(span.outputs["Result"], mix.inputs["Fac"])
    links.new(base, mix.inputs["Color1"])
    links.new(mix.outputs["Color"], shader.inputs["Base Color"])


def _stem() -> None:
    brass = materials.metal("brass-stem", "#b98f4c", roughness=0.24)
    line = [
        (0.0165, 0.2100),
        (0.0165, 0.2150, 0.001),
        (0.0105, 0.2185, 0.002),
        (0.0085, 0.2400, 0.002),
        (0.0125, 0.2430, 0.001),
        (0.0125, 0.2700),
        (0.0, 0.2700),
    ]
    shapes.lathe("stem", line, brass)
    shapes.tube("rod", [(0, 0, 0.26), (0, 0, SHADE_HIGH)], brass, radius=0.002, smooth=False)
    shapes.lathe(
        "finial",
        [(0.0, 0.396), (0.0045, 0.397, 0.0005), (0.0030, 0.4005, 0.001), (0.0050, 0.4045, 0.002), (0.0, 0.4085)],
        brass,
    )
    for turn in range(3):
        shapes.move(
            shapes.tube("spoke", [(0, 0, 0), (0.100, 0, 0)], brass, radius=0.0014, smooth=False),
            (0, 0, SHADE_HIGH - 0.004),
            turn_deg=(0, 0, 30 + 120 * turn),
        )
    bulb = materials.principled("bulb", "#fff3e0", roughness=0.4)
    bulb.node_tree.nodes["Principled BSDF"].inputs["Emission Color"].default_value = materials.linear("#ffd9a0")
    bulb.node_tree.nodes["Principled BSDF"].inputs["Emission Strength"].default_value = 1.5
    made = shapes.move(shapes.sphere("bulb", bulb, radius=0.026), (0, 0, 0.300))
    made.visible_shadow = False
    shapes.glow((0, 0, 0.300), watts=1.5, colour=(1.0, 0.84, 0.64), size=0.028)


def _shade() -> None:
    linen = _linen()
    low, high = 0.140, 0.104
    shapes.lathe("shade", [(low, SHADE_LOW), (high, SHADE_HIGH)], linen, segments=192)
    trim = materials.principled("trim", "#b8a284", roughness=0.8)
    for reach, z in ((low, SHADE_LOW), (high, SHADE_HIGH)):
        slope = (high - low) / (SHADE_HIGH - SHADE_LOW)
        side = 1 if z == SHADE_LOW else -1
        a, b = reach, reach + slope * side * 0.007
        shapes.lathe(
            "trim",
            [
                (a + 0.0002, z - side * 0.0004),
                (a + 0.0012, z, 0.0004),
                (b + 0.0012, z + side * 0.007, 0.0004),
                (b, z + side * 0.0072),
            ],
            trim,
            segments=192,
        )


def _linen() -> Any:
    """Woven cloth: half of the light goes through; threads of uneven thickness cross each other."""
    made = bpy.data.materials.new("linen")
    made.use_nodes = True
    nodes, links = made.node_tree.nodes, made.node_tree.links
    nodes.clear()
    place = nodes.new("ShaderNodeTexCoord").outputs["Object"]
    weave = []
    for stretch in ((90.0, 90.0, 1400.0), (1100.0, 1100.0, 14.0)):
        mapping, field = nodes.new("ShaderNodeMapping"), nodes.new("ShaderNodeTexNoise")
        mapping.inputs["Scale"].default_value = stretch
        field.inputs["Scale"].default_value, field.inputs["Detail"].default_value = 1.0, 2.0
        links.new(place, mapping.inputs["Vector"])
        links.new(mapping.outputs["Vector"], field.inputs["Vector"])
        weave.append(field.outputs["Fac"])
    both = nodes.new("ShaderNodeMath")
    links.new(weave[0], both.inputs[0])
    links.new(weave[1], both.inputs[1])
    ramp = nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[0].color = 0.40, materials.linear("#c6b79e")
    ramp.color_ramp.elements[1].position, ramp.color_ramp.elements[1].color = 0.62, materials.linear("#f0e8da")
    half = nodes.new("ShaderNodeMath")
    half.operation = "MULTIPLY"
    half.inputs[1].default_value = 0.5
    links.new(both.outputs[0], half.inputs[0])
    links.new(half.outputs[0], ramp.inputs[0])
    relief, front, through = (
        nodes.new("ShaderNodeBump"),
        nodes.new("ShaderNodeBsdfDiffuse"),
        nodes.new("ShaderNodeBsdfTranslucent"),
    )
    relief.inputs["Strength"].default_value, relief.inputs["Distance"].default_value = 0.25, 0.0006
    links.new(half.outputs[0], relief.inputs["Height"])
    mix = nodes.new("ShaderNodeMixShader")
    mix.inputs[0].default_value = 0.42
    for shader in (front, through):
        links.new(ramp.outputs[0], shader.inputs["Color"])
        links.new(relief.outputs["Normal"], shader.inputs["Normal"])
    links.new(front.outputs[0], mix.inputs[1])
    links.new(through.outputs[0], mix.inputs[2])
    links.new(mix.outputs[0], nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    return made
