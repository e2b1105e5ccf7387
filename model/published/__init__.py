"""The published 15B: where its files lie and how they are read, what a run of it costs, and its stages."""
