"""Codecs between media and latents."""
