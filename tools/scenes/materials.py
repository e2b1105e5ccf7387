"""Procedural materials in real-world metres: stone, wood, water, leaves, cloth, glaze, metal, wax and light."""

import bpy

from tools.scenes.nodes import Colour, Graph

Material = bpy.types.Material


def plain(colour: Colour, rough: float = 0.5, *, metal: float = 0.0, coat: float = 0.0, vary: float = 0.06) -> Material:
    """Paint, glaze, plastic or metal with a slight, believable unevenness."""
    g = Graph("plain")
    spots = g.noise(g.position(), 9, 3)
    dark = tuple(c * (1 - 2 * vary) for c in colour)
    tint = g.ramp(spots, (0.3, dark), (0.7, colour))
    wear = g.level(g.noise(g.position(), 30, 2), 0.3, 0.7, (max(rough - 0.06, 0.02), rough + 0.06))
    return g.finish(
        g.principled(Base_Color=tint, Roughness=wear, Metallic=metal, Coat_Weight=coat, Coat_Roughness=0.08)
    )


def stone(
    light: Colour, dark: Colour, *, moss: float = 0.0, grain: float = 1.0, polished: bool = False, wet: bool = False
) -> Material:
    """Cast or natural stone: mottling, pits, and moss where it is flat and damp."""
    g = Graph("stone")
    where = g.position(local=False)
    large, fine = g.noise(where, 5 * grain, 4, 0.6), g.noise(where, 70 * grain, 4, 0.75)
    tint = g.ramp(large, (0.3, dark), (0.68, light))
    speckle = g.level(fine, 0.35, 0.66)
    tint = g.mix(0.35, tint, g.ramp(speckle, (0, dark), (1, light)), "OVERLAY")
    stain = g.level(g.noise(where, 2.6 * grain, 3, 0.65), 0.52, 0.72, (0, 0.55))
    tint = g.mix(stain, tint, tuple(0.45 * c for c in dark))
    if wet:
        height_above = g.add("SeparateXYZ", {0: where}).outputs[2]
        soaked = g.level(g.math("ADD", height_above, g.math("MULTIPLY", large, 0.02)), 0.006, 0.022, (0.85, 0))
        tint = g.mix(soaked, tint, (0.055, 0.065, 0.045))
    rough = 0.25 if polished else 0.85
    height = g.math("ADD", g.math("MULTIPLY", fine, 0.35), g.noise(where, 24 * grain, 3, 0.6))
    if moss > 0:
        flat = g.add("SeparateXYZ", {0: g.add("NewGeometry").outputs["Normal"]}).outputs[2]
        damp = g.math("ADD", g.noise(where, 7, 4, 0.7), g.math("MULTIPLY", flat, 0.12))
        cover = g.level(damp, 0.74 - 0.25 * moss, 0.86 - 0.25 * moss)
        green = g.ramp(g.noise(where, 60, 4), (0.3, (0.035, 0.05, 0.012)), (0.7, (0.13, 0.16, 0.04)))
        tint = g.mix(g.math("MULTIPLY", cover, 0.8), tint, green)
        height = g.math("ADD", height, g.math("MULTIPLY", cover, g.noise(where, 160, 3)))
    normal = g.bump(height, 0.0012 if polished else 0.007, 0.15 if polished else 0.8)
    return g.finish(g.principled(Base_Color=tint, Roughness=rough, Normal=normal, Specular_IOR_Level=0.35))


def marble(base: Colour = (0.82, 0.81, 0.79), vein: Colour = (0.42, 0.41, 0.42)) -> Material:
    """Polished counter stone with soft veins."""
    g = Graph("marble")
    where = g.position(local=False)
    warp = g.noise(where, 2.2, 5, 0.62, 1.6)
    thin = g.level(g.math("ABSOLUTE", g.math("SUBTRACT", warp, 0.5)), 0.0, 0.035, (0.55, 0))
    cloud = g.level(g.noise(where, 1.2, 3), 0.42, 0.75, (0, 0.3))
    tint = g.mix(thin, g.mix(cloud, base, tuple(0.8 * c for c in base)), vein)
    rough = g.level(g.noise(where, 14, 5), 0.3, 0.7, (0.12, 0.26))
    return g.finish(g.principled(Base_Color=tint, Roughness=rough))


def wood(light: Colour, dark: Colour, *, along: str = "x", gloss: float = 0.35, plank: float = 0.0) -> Material:
    """Grain along one axis; `plank` metres wide boards differ in tone and show a dark joint."""
    g = Graph("wood")
    stretch = {"x": (1.3, 22, 22), "y": (22, 1.3, 22), "z": (22, 22, 1.3)}[along]
    where = g.position(stretch, local=False)
    tone: object = 0.0
    if plank > 0:
        axis = 1 if along == "x" else 0
        across = g.add("SeparateXYZ", {0: g.position(local=False)}).outputs[axis]
        board = g.math("DIVIDE", g.math("ADD", across, 40.37), plank)
        number = g.math("FLOOR", board)
        tone = g.add("TexWhiteNoise", {"W": number}, noise_dimensions="1D").outputs[0]
        offset = g.add("CombineXYZ", {0: g.math("MULTIPLY", tone, 57), 1: g.math("MULTIPLY", tone, 31)}).outputs[0]
        where = g.add("VectorMath", {0: where, 1: offset}).outputs[0]
        edge = g.math("ABSOLUTE", g.math("SUBTRACT", g.math("FRACT", board), 0.5))
        joint = g.level(edge, 0.5 - 0.0022 / plank, 0.5 - 0.0006 / plank)
    rings = g.noise(where, 1.1, 5, 0.6, 0.9)
    pores = g.noise(g.add("Mapping", {"Vector": where, "Scale": (0.35, 6, 6)}).outputs[0], 5, 5, 0.7)
    tint = g.ramp(
        rings, (0.33, dark), (0.5, tuple((a + b) / 2 for a, b in zip(light, dark, strict=True))), (0.68, light)
    )
    tint = g.mix(0.4, tint, g.ramp(pores, (0.35, dark), (0.62, light)), "OVERLAY")
    height = pores
    if plank > 0:
        tint = g.mix(g.level(tone, 0, 1, (0, 0.45)), tint, dark, "MULTIPLY")
        tint = g.mix(joint, tint, tuple(0.12 * c for c in dark))
        height = g.math("SUBTRACT", pores, g.math("MULTIPLY", joint, 4))
    rough = g.level(rings, 0.3, 0.7, (gloss + 0.12, gloss))
    return g.finish(g.principled(Base_Color=tint, Roughness=rough, Normal=g.bump(height, 0.0008, 0.5)))


def water(
    tint: Colour = (0.72, 0.86, 0.86), *, ripple: float = 0.6, scale: float = 1.0, murk: float = 0.15
) -> Material:
    """Clear water: Fresnel mirror over a tinted window; shadow rays pass, so the floor stays lit without caustics."""
    g = Graph("water")
    where = g.position(local=False)
    slow = g.noise(where, 7 * scale, 2, 0.5, 0.4)
    quick = g.noise(g.add("Mapping", {"Vector": where, "Scale": (1, 0.6, 1)}).outputs[0], 26 * scale, 3, 0.5, 0.6)
    height = g.math("ADD", slow, g.math("MULTIPLY", quick, 0.22))
    normal = g.bump(height, 0.006 * ripple, 1.0)
    mirror = g.add("BsdfGlossy", {"Roughness": 0.02, "Color": (0.95, 0.97, 1.0), "Normal": normal}).outputs[0]
    bent = g.add("BsdfRefraction", {"IOR": 1.33, "Roughness": 0.0, "Color": tint, "Normal": normal}).outputs[0]
    clear = g.add("BsdfTransparent", {"Color": tint}).outputs[0]
    camera = g.add("LightPath").outputs["Is Camera Ray"]
    through = g.shade(clear, bent, camera)
    haze = g.add("BsdfDiffuse", {"Color": tuple(0.5 * c for c in tint)}).outputs[0]
    through = g.shade(through, haze, murk)
    fresnel = g.add("Fresnel", {"IOR": 1.33, "Normal": normal}).outputs[0]
    return g.finish(g.shade(through, mirror, g.math("MULTIPLY", fresnel, 0.9)))


def leaf(low: Colour, high: Colour, *, gloss: float = 0.35, through: float = 0.4) -> Material:
    """Leaves: a tone per leaf from the `tint` attribute, shine above, light shining through."""
    g = Graph("leaf")
    tone = g.add("Attribute", attribute_name="tint").outputs["Fac"]
    middle = tuple((a + b) / 2 for a, b in zip(low, high, strict=True))
    tint = g.ramp(tone, (0.0, low), (0.5, middle), (1.0, high))
    front = g.principled(Base_Color=tint, Roughness=gloss, Specular_IOR_Level=0.4)
    bright = g.mix(0.6, tint, (0.45, 0.55, 0.08), "SCREEN")
    back = g.add("BsdfTranslucent", {"Color": g.mix(0.75, bright, tint)}).outputs[0]
    return g.finish(g.shade(front, back, through))


def cloth(colour: Colour, *, weave: float = 900.0, stripe: Colour | None = None, check: float = 0.0) -> Material:
    """Woven cloth; `stripe` with `check` metres gives gingham."""
    g = Graph("cloth")
    where = g.position(local=False)
    tint = g.ramp(g.noise(where, 8, 4), (0.3, tuple(0.86 * c for c in colour)), (0.7, colour))
    if stripe is not None:
        x, y, _ = g.add("SeparateXYZ", {0: where}).outputs
        bands = [
            g.math("LESS_THAN", g.math("FRACT", g.math("ADD", g.math("DIVIDE", a, check), 50.25)), 0.5) for a in (x, y)
        ]
        tint = g.mix(g.math("MULTIPLY", g.math("ADD", *bands), 0.5), tint, stripe)
    x, y, _ = g.add("SeparateXYZ", {0: g.position((weave, weave, weave), local=False)}).outputs
    threads = g.math("ADD", g.math("SINE", x), g.math("SINE", y))
    fuzz = g.math("ADD", g.math("MULTIPLY", threads, 0.2), g.noise(where, 260, 4))
    normal = g.bump(fuzz, 0.0009, 0.6)
    return g.finish(
        g.principled(Base_Color=tint, Roughness=0.9, Sheen_Weight=0.3, Normal=normal, Specular_IOR_Level=0.2)
    )


def tiles(colour: Colour, grout: Colour, *, size: tuple[float, float] = (0.2, 0.1), gloss: float = 0.12) -> Material:
    """Glazed wall tiles in a running bond on a vertical wall facing -y."""
    g = Graph("tiles")
    x, _, z = g.add("SeparateXYZ", {0: g.position(local=False)}).outputs
    flat = g.add("CombineXYZ", {0: x, 1: z}).outputs[0]
    inputs = {
        "Vector": flat,
        "Color1": colour,
        "Color2": tuple(0.93 * c for c in colour),
        "Mortar": grout,
        "Scale": 1.0,
        "Mortar Size": 0.0025,
        "Mortar Smooth": 0.2,
        "Brick Width": size[0],
        "Row Height": size[1],
    }
    brick = g.add("TexBrick", inputs)
    wave = g.noise(g.position(local=False), 9, 2)
    height = g.math("ADD", g.math("MULTIPLY", brick.outputs["Fac"], -1.0), g.math("MULTIPLY", wave, 0.8))
    return g.finish(g.principled(Base_Color=brick.outputs[0], Roughness=gloss, Normal=g.bump(height, 0.002, 0.6)))


def ground(low: Colour, high: Colour, *, grain: float = 60.0, depth: float = 0.02) -> Material:
    """Soil, sand or far lawn."""
    g = Graph("ground")
    where = g.position(local=False)
    blend = g.math(
        "ADD", g.math("MULTIPLY", g.noise(where, 1.3, 3), 0.6), g.math("MULTIPLY", g.noise(where, grain, 3, 0.7), 0.4)
    )
    tint = g.ramp(blend, (0.36, low), (0.64, high))
    return g.finish(
        g.principled(
            Base_Color=tint,
            Roughness=0.95,
            Normal=g.bump(g.noise(where, grain, 3, 0.7), depth, 0.7),
            Specular_IOR_Level=0.15,
        )
    )


def wax(colour: Colour, glow: float = 0.25) -> Material:
    """Candle wax or fruit flesh: light scatters below the surface."""
    g = Graph("wax")
    return g.finish(
        g.principled(
            Base_Color=colour,
            Roughness=0.4,
            Subsurface_Weight=0.6,
            Subsurface_Radius=(0.02, 0.01, 0.006),
            Subsurface_Scale=glow,
            Coat_Weight=0.1,
        )
    )


def fruit(colour: Colour, other: Colour, *, pores: float = 220.0) -> Material:
    """Peel with pores and a second tone."""
    g = Graph("fruit")
    tint = g.ramp(g.noise(g.position(), 14, 3), (0.35, other), (0.65, colour))
    return g.finish(
        g.principled(
            Base_Color=tint,
            Roughness=0.38,
            Normal=g.bump(g.noise(g.position(), pores, 2), 0.0012, 0.5),
            Subsurface_Weight=0.1,
            Subsurface_Scale=0.01,
        )
    )


def glass(tint: Colour = (0.97, 0.99, 0.98)) -> Material:
    """Thin glass without refraction: cheap and free of fireflies."""
    g = Graph("glass")
    mirror = g.add("BsdfGlossy", {"Roughness": 0.02}).outputs[0]
    clear = g.add("BsdfTransparent", {"Color": tint}).outputs[0]
    edge = g.add("LayerWeight", {"Blend": 0.2}).outputs["Fresnel"]
    return g.finish(g.shade(clear, mirror, g.math("MULTIPLY", edge, 0.8)))


def glow(colour: Colour, strength: float) -> Material:
    """A light source: bulbs, flames, lit windows."""
    g = Graph("glow")
    material = g.finish(g.add("Emission", {"Color": colour, "Strength": strength}).outputs[0])
    material.cycles.emission_sampling = "NONE"
    return material


def lantern(colour: Colour, strength: float) -> Material:
    """Lit paper or canvas: emits and still shows its shading."""
    g = Graph("lantern")
    lit = g.add("Emission", {"Color": colour, "Strength": strength}).outputs[0]
    body = g.principled(Base_Color=colour, Roughness=0.8)
    return g.finish(g.add("AddShader", {0: lit, 1: body}).outputs[0])
