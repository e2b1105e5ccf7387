"""Data with exact flow, the training loop and the evaluation of the compact checkpoint."""
