"""Watching, reading and listening to a finished file. Pure: no database, no network, no record of how it was made."""
