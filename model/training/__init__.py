"""Data with exact flow and the training loop of the compact checkpoint."""
