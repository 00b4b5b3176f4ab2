#!/usr/bin/env python
"""Django's command line: `manage.py plan`, `manage.py content check`, and Django's own commands."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "threatmodel.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
