"""The network itself: positions, layers and the Transformer that stacks them."""
