#!/usr/bin/env python
"""Django's command line: `manage.py plan`, `manage.py content check`, and Django's own commands."""

import os
import sys
from argparse import ArgumentParser

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "threatmodel.settings")
    if sys.argv[1:2] == ["clinic"] and not os.environ.get("THREATMODEL_CLINIC"):
        # Without one its command is not even there, and Django would say no more than that.
        ArgumentParser("manage.py clinic").error("name the clinic's directory in THREATMODEL_CLINIC first")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
