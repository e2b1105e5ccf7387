#!/usr/bin/env python
"""Django's entry point. Without DATABASE_URL the embedded servers run for as long as the command does."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.processes import servers_for

    with servers_for(sys.argv):
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
