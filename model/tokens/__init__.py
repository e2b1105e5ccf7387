"""Turning video, audio and text into one packed sequence of tokens with coordinates."""
