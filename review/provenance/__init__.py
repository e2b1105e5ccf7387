"""The truth pack of a file: what its seal says, who signed it, and reading it back from any file."""
