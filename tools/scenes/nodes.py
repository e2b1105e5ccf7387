"""A very small vocabulary for shader node trees: `add` makes a node, sockets are passed as inputs to link them."""

from typing import Any

import bpy

Socket = bpy.types.NodeSocket
Colour = tuple[float, float, float]


class Graph:
    """One material's node tree. Inputs may be numbers, colours or sockets of other nodes."""

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.tree.nodes.clear()
        self.output = self.tree.nodes.new("ShaderNodeOutputMaterial")

    def add(self, kind: str, inputs: dict[str | int, Any] | None = None, **properties: Any) -> bpy.types.Node:
        """Node of type `ShaderNode<kind>` with its properties and inputs set."""
        node = self.tree.nodes.new(f"ShaderNode{kind}")
        for key, value in properties.items():
            setattr(node, key, value)
        for key, value in (inputs or {}).items():
            self.put(node.inputs[key], value)
        return node

    def put(self, socket: Socket, value: Any) -> None:
        """Link or set one input."""
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif isinstance(value, tuple) and len(value) == 3 and socket.type == "RGBA":
            socket.default_value = (*value, 1.0)
        else:
            socket.default_value = value

    def position(self, scale: tuple[float, float, float] = (1, 1, 1), *, local: bool = True) -> Socket:
        """Object coordinates in metres (or world ones), scaled."""
        if local:
            source = self.add("TexCoord").outputs["Object"]
        else:
            source = self.add("NewGeometry").outputs["Position"]
        return self.add("Mapping", {"Vector": source, "Scale": scale}).outputs[0]

    def noise(self, where: Socket, scale: float, detail: float = 4, rough: float = 0.55, distort: float = 0) -> Socket:
        """Fractal noise around 0.5."""
        inputs = {"Vector": where, "Scale": scale, "Detail": detail, "Roughness": rough, "Distortion": distort}
        return self.add("TexNoise", inputs).outputs[0]

    def ramp(self, value: Socket, *stops: tuple[float, Colour]) -> Socket:
        """Colours along a value."""
        node = self.add("ValToRGB", {"Fac": value})
        elements = node.color_ramp.elements
        while len(elements) < len(stops):
            elements.new(0.5)
        for element, (at, colour) in zip(elements, stops, strict=True):
            element.position, element.color = at, (*colour, 1)
        return node.outputs[0]

    def level(self, value: Socket, low: float, high: float, to: tuple[float, float] = (0, 1)) -> Socket:
        """Map low..high to `to`, clamped and smooth."""
        inputs = {"Value": value, "From Min": low, "From Max": high, "To Min": to[0], "To Max": to[1]}
        return self.add("MapRange", inputs, interpolation_type="SMOOTHSTEP").outputs[0]

    def math(self, operation: str, first: Any, second: Any = 0.0) -> Socket:
        """One arithmetic node."""
        return self.add("Math", {0: first, 1: second}, operation=operation).outputs[0]

    def mix(self, factor: Any, first: Any, second: Any, blend: str = "MIX") -> Socket:
        """Blend two colours."""
        node = self.add("Mix", data_type="RGBA", blend_type=blend)
        for socket, value in zip(
            (node.inputs[0], node.inputs[6], node.inputs[7]), (factor, first, second), strict=True
        ):
            self.put(socket, value)
        return node.outputs[2]

    def bump(self, height: Socket, metres: float, strength: float = 1.0) -> Socket:
        """Normal from a height field of the given amplitude."""
        return self.add("Bump", {"Height": height, "Distance": metres, "Strength": strength}).outputs[0]

    def shade(self, first: Socket, second: Socket, factor: Any) -> Socket:
        """Blend two shaders."""
        return self.add("MixShader", {0: factor, 1: first, 2: second}).outputs[0]

    def principled(self, **inputs: Any) -> Socket:
        """Principled BSDF; keys are input names with underscores for spaces."""
        named = {key.replace("_", " "): value for key, value in inputs.items()}
        return self.add("BsdfPrincipled", named).outputs[0]

    def finish(self, shader: Socket) -> bpy.types.Material:
        """Connect the surface and return the material."""
        self.tree.links.new(shader, self.output.inputs["Surface"])
        return self.material
