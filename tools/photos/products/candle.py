"""Scented candle: cream wax in a tumbler of smoked amber glass, lit; its label bears a gold star."""

import math
from typing import Any

import bpy
import materials
import numpy as np
import shapes
from studio import View

RADIUS, HEIGHT, WAX = 0.039, 0.090, 0.064  # metres: outer glass, rim, surface of the wax
WICK_TOP, FLAME = WAX + 0.009, 0.024


def build(view: str) -> View:
    """Build the lit candle; "view" shows it unlit from above with its wooden lid leaning on the glass."""
    lit = view != "view"
    _glass()
    _wax(lit=lit)
    _label()
    if lit:
        _flame()
        return View(effect=(0, 0, WICK_TOP), yaw_deg=0.0, fill=0.70, exposure=0.1, shadow=0.5)
    _lid()
    return View(effect=(0, 0, WICK_TOP), pitch_deg=34.0, yaw_deg=8.0, fill=0.78)


def _glass() -> None:
    amber = materials.glass("amber", "#d99a5b", roughness=0.01)
    wall = 0.0026
    outside = [
        (0.0, 0.0),
        (RADIUS - 0.002, 0.0, 0.004),
        (RADIUS, 0.006, 0.004),
        (RADIUS, HEIGHT - 0.001, 0.001),
        (RADIUS - 0.0012, HEIGHT, 0.0008),
        (RADIUS - wall, HEIGHT - 0.001, 0.001),
        (RADIUS - wall, 0.012, 0.006),
        (0.0, 0.010),
    ]
    shapes.let_light_through(shapes.lathe("glass", outside, amber, segments=192))


def _wax(*, lit: bool) -> None:
    wax = materials.principled("wax", "#f3e6cf", roughness=0.42, subsurface_weight=0.35, subsurface_scale=0.012)
    materials.bump(wax, scale=40.0, strength=0.10, distance=0.002)
    edge = RADIUS - 0.0027
    top = [
        (0.0, 0.0105),
        (edge - 0.003, 0.0112, 0.005),
        (edge, 0.016),
        (edge, WAX + 0.0008),
        (edge - 0.0015, WAX, 0.001),
        (0.0, WAX - 0.0006),
    ]
    shapes.lathe("wax", top, wax)
    if lit:
        pool = materials.principled("pool", "#f0d9ae", roughness=0.05, transmission_weight=0.5, ior=1.44)
        shapes.lathe("pool", [(0.0, WAX + 0.0004), (0.021, WAX + 0.0003, 0.001), (0.0235, WAX - 0.0004)], pool)
    char = materials.plastic("char", "#15110e", roughness=0.95)
    bend = [(0.0, 0.0, WAX - 0.002), (0.0, 0.0, WAX + 0.003), (0.0003, 0.0, WAX + 0.006), (0.0012, 0.0, WICK_TOP)]
    shapes.tube("wick", bend, char, radius=0.0008)


def _flame() -> None:
    """A teardrop, bluish at its foot, and the light that it throws into the wax."""
    turn = np.linspace(0.0, math.pi, 60)
    profile = [
        (0.0044 * math.sin(t) * (1 - 0.55 * (1 - math.cos(t)) / 2) * 1.25, FLAME * (1 - math.cos(t)) / 2) for t in turn
    ]
    made = shapes.lathe("flame", profile, _fire(), segments=64)
    shapes.move(made, (0.0008, 0, WICK_TOP - 0.0045))
    made.visible_shadow = False
    shapes.glow((0, 0, WICK_TOP + 0.006), watts=0.13, colour=(1.0, 0.62, 0.26), size=0.006)


def _fire() -> Any:
    """Emission that fades at the silhouette and turns blue below: a flame has no surface."""
    made = bpy.data.materials.new("fire")
    made.use_nodes = True
    nodes, links = made.node_tree.nodes, made.node_tree.links
    nodes.clear()
    facing = nodes.new("ShaderNodeLayerWeight")
    facing.inputs["Blend"].default_value = 0.35
    axes = nodes.new("ShaderNodeSeparateXYZ")
    links.new(nodes.new("ShaderNodeTexCoord").outputs["Object"], axes.inputs[0])
    share = nodes.new("ShaderNodeMapRange")
    share.inputs["From Max"].default_value = FLAME
    links.new(axes.outputs["Z"], share.inputs["Value"])
    ramp = nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].color = (0.08, 0.16, 0.9, 1)
    ramp.color_ramp.elements[1].color = (1.0, 0.42, 0.06, 1)
    for position, colour in ((0.16, (0.9, 0.34, 0.08, 1)), (0.32, (1.0, 0.78, 0.32, 1)), (0.7, (1.0, 0.66, 0.2, 1))):
        ramp.color_ramp.elements.new(position).color = colour
    links.new(share.outputs["Result"], ramp.inputs[0])
    glow, clear, mix = (
        nodes.new("ShaderNodeEmission"),
        nodes.new("ShaderNodeBsdfTransparent"),
        nodes.new("ShaderNodeMixShader"),
    )
    glow.inputs["Strength"].default_value = 3.0
    links.new(ramp.outputs[0], glow.inputs["Color"])
    links.new(facing.outputs["Facing"], mix.inputs[0])
    links.new(glow.outputs[0], mix.inputs[1])
    links.new(clear.outputs[0], mix.inputs[2])
    links.new(mix.outputs[0], nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    return made


def _label() -> None:
    """A paper label bent round the front, with a thin gold frame and a gold star: no words."""
    paper = materials.principled("paper", "#f4efe4", roughness=0.75)
    materials.bump(paper, scale=900.0, strength=0.08, distance=0.0002)
    gold = materials.metal("gold", "#c79a4b", roughness=0.32)
    middle, width, height = 0.034, 0.0412, 0.0292
    shapes.wrap("label", (0.046, 0.034), paper, radius=RADIUS, at=(0, middle))
    for side in (-1, 1):
        shapes.wrap("line", (width, 0.0005), gold, radius=RADIUS, at=(0, middle + side * height / 2), lift=0.0004)
        edge = (0.0005, height + 0.0005)
        shapes.wrap("line", edge, gold, radius=RADIUS, at=(side * width / 2, middle), lift=0.0004)
    points = []
    for i in range(16):
        reach = 0.0078 if i % 4 == 0 else (0.0046 if i % 2 == 0 else 0.0017)
        points.append((reach * math.sin(math.tau * i / 16), reach * math.cos(math.tau * i / 16)))
    star = shapes.plate("star", points[::-1], gold, thickness=0.0004, corner=0.0001)
    shapes.move(star, (0, -RADIUS - 0.0002, middle), turn_deg=(90, 0, 0))


def _lid() -> None:
    walnut = materials.wood("walnut", "#b98a5a", "#80552f", axis=(1.0, 9.0, 9.0))
    lid = [(0.0, 0.0), (RADIUS + 0.001, 0.0, 0.002), (RADIUS + 0.001, 0.009, 0.002), (0.0, 0.009)]
    made = shapes.lathe("lid", lid, walnut)
    shapes.move(made, (0.066, -0.050, 0.0005))
