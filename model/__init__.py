"""The unified Transformer: pure PyTorch, no Django. The door is `model.inference`."""
