"""LED camping lantern: frosted light behind four guards, rubber base with grip ribs, a wire bail to hang it by."""

import math
from typing import Any

import materials
import numpy as np
import shapes
from studio import View

RADIUS, BASE, SHADE_TOP, HEIGHT = 0.044, 0.056, 0.120, 0.146  # metres: widest, light from, light to, top of the cap
SHADE = 0.0305


def build(view: str) -> View:
    """Build the lit lantern with its bail up; "view" shows it from the other side with the bail folded down."""
    olive = materials.plastic("shell", "#4d5638", roughness=0.48, grain=0.16)
    black = materials.plastic("rubber", "#2a2c2d", roughness=0.62, grain=0.12)
    steel = materials.metal("steel", "#c3c5c7", roughness=0.22)
    _base(olive, black)
    _light()
    _guards(black)
    _cap(olive, black)
    folded = view == "view"
    _bail(steel, black, folded=folded)
    if folded:
        return View(effect=(0, 0, (BASE + SHADE_TOP) / 2), pitch_deg=32.0, yaw_deg=-38.0, fill=0.78)
    return View(effect=(0, 0, (BASE + SHADE_TOP) / 2), yaw_deg=-10.0, fill=0.80)


def _base(olive: Any, black: Any) -> None:
    foot = [(0.0, 0.0), (0.0405, 0.0, 0.002), (RADIUS, 0.0025, 0.002), (RADIUS, 0.0130, 0.003), (0.0425, 0.0145)]
    shapes.lathe("foot", foot, black, radius=_grip())
    body = [
        (0.0420, 0.0140),
        (0.0425, 0.0145, 0.001),
        (0.0415, 0.034, 0.010),
        (0.0385, 0.0440, 0.003),
        (0.0375, 0.0475),
    ]
    shapes.lathe("body", body, olive, segments=192)
    collar = [(0.0378, 0.0470), (0.0402, 0.0474, 0.001), (0.0402, 0.0540, 0.0015), (0.0370, BASE, 0.001), (0.0, BASE)]
    shapes.lathe("collar", collar, black)
    button = shapes.lathe("button", [(0.0, 0.0022), (0.0066, 0.0018, 0.001), (0.0074, 0.0)], black)
    shapes.move(button, (0.0, -0.0413, 0.0290), turn_deg=(86, 0, 0))
    rim = shapes.torus("button-rim", materials.metal("trim", "#b9bbbd", roughness=0.3), ring=0.0080, thickness=0.0006)
    shapes.move(rim, (0.0, -0.0416, 0.0290), turn_deg=(86, 0, 0))
    for i in range(4):  # charge lamps: three of four are lit
        lit = materials.principled("led", "#9fe0a8" if i < 3 else "#3b4038", roughness=0.3, emission_strength=0.0)
        if i < 3:
            lit.node_tree.nodes["Principled BSDF"].inputs["Emission Color"].default_value = materials.linear("#58d070")
            lit.node_tree.nodes["Principled BSDF"].inputs["Emission Strength"].default_value = 1.2
        turn = math.radians(-90 + 16 + 5.2 * i)
        dot = shapes.sphere("led", lit, radius=0.0012, squash=0.6)
        shapes.move(dot, (0.0417 * math.cos(turn), 0.0417 * math.sin(turn), 0.0290))


def _grip() -> shapes.Radius:
    return lambda turn, height: (
        1 + 0.018 * np.clip(np.cos(40 * turn) * 2, -1, 1) * ((height > 0.0022) & (height < 0.0135))
    )


def _light() -> None:
    """A frosted sleeve that glows from inside, brightest in its middle."""
    frosted = materials.principled("frosted", "#f6efe2", roughness=0.35, coat_weight=0.4, coat_roughness=0.1)
    nodes, links = frosted.node_tree.nodes, frosted.node_tree.links
    axes = nodes.new("ShaderNodeSeparateXYZ")
    links.new(nodes.new("ShaderNodeTexCoord").outputs["Object"], axes.inputs[0])
    span = nodes.new("ShaderNodeMapRange")
    span.inputs["From Min"].default_value, span.inputs["From Max"].default_value = BASE, SHADE_TOP
    links.new(axes.outputs["Z"], span.inputs["Value"])
    ramp = nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].color, ramp.color_ramp.elements[1].color = (0.25, 0.13, 0.04, 1), (0.30, 0.16, 0.05, 1)
    ramp.color_ramp.elements.new(0.5).color = (1.0, 0.72, 0.40, 1)
    links.new(span.outputs["Result"], ramp.inputs[0])
    links.new(ramp.outputs[0], nodes["Principled BSDF"].inputs["Emission Color"])
    nodes["Principled BSDF"].inputs["Emission Strength"].default_value = 0.75
    sleeve = [
        (SHADE - 0.001, BASE - 0.001),
        (SHADE, BASE + 0.002, 0.002),
        (SHADE, SHADE_TOP - 0.002, 0.002),
        (SHADE - 0.001, SHADE_TOP + 0.001),
    ]
    shapes.lathe("sleeve", sleeve, frosted)


def _guards(black: Any) -> None:
    for i in range(4):
        turn = math.radians(45 + 90 * i)
        along, out = math.cos(turn), math.sin(turn)
        path = [
            (r * along, r * out, z)
            for r, z in (
                (0.0365, BASE - 0.003),
                (0.0385, BASE + 0.006),
                (0.0395, (BASE + SHADE_TOP) / 2),
                (0.0385, SHADE_TOP - 0.004),
                (0.0360, SHADE_TOP + 0.004),
            )
        ]
        shapes.tube("guard", path, black, radius=0.0027)


def _cap(olive: Any, black: Any) -> None:
    band = [
        (0.0, SHADE_TOP),
        (0.0375, SHADE_TOP, 0.001),
        (0.0400, SHADE_TOP + 0.0020, 0.0012),
        (0.0400, SHADE_TOP + 0.0080, 0.0012),
        (0.0382, SHADE_TOP + 0.0092),
    ]
    shapes.lathe("band", band, black)
    dome = [
        (0.0386, SHADE_TOP + 0.0088),
        (0.0390, SHADE_TOP + 0.0105, 0.0012),
        (0.0360, SHADE_TOP + 0.0185, 0.008),
        (0.0220, HEIGHT - 0.001, 0.010),
        (0.0120, HEIGHT, 0.002),
        (0.0110, HEIGHT - 0.0015, 0.001),
        (0.0, HEIGHT - 0.0015),
    ]
    shapes.lathe("dome", dome, olive, segments=192)
    shapes.move(
        shapes.torus("eye", black, ring=0.0062, thickness=0.0018, height=1.6),
        (0, 0, HEIGHT + 0.0045),
        turn_deg=(90, 0, 20),
    )
    for side in (-1, 1):
        ear = shapes.rounded_box("ear", (0.0070, 0.0130, 0.0120), black, corner=0.0030)
        shapes.move(ear, (side * 0.0405, 0, SHADE_TOP + 0.0050))


def _bail(steel: Any, black: Any, *, folded: bool) -> None:
    pivot, reach, half = SHADE_TOP + 0.0055, 0.062, 0.0445
    path = [
        (-half, 0.0, 0.0),
        (-half, 0.0, 0.022),
        (-half + 0.006, 0.0, reach - 0.014),
        (-0.020, 0.0, reach),
        (0.020, 0.0, reach),
        (half - 0.006, 0.0, reach - 0.014),
        (half, 0.0, 0.022),
        (half, 0.0, 0.0),
    ]
    wire = shapes.tube("bail", path, steel, radius=0.0014)
    grip = shapes.tube(
        "grip", [(-0.016, 0.0, reach - 0.0035), (0.016, 0.0, reach - 0.0035)], black, radius=0.0042, smooth=False
    )
    pins = [shapes.move(shapes.sphere("pin", steel, radius=0.0026), (side * half, 0, 0)) for side in (-1, 1)]
    shapes.group([wire, grip, *pins], (0, 0, pivot), turn_deg=(100 if folded else 0, 0, 0))
