#!/usr/bin/env python
"""Commands of the site: `python manage.py help` lists them."""

import os
import sys


def main() -> None:
    """Run a command; a setting that cannot be read ends it with a sentence instead of a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.settings")
    from deploy.environment import SettingError

    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except SettingError as error:
        sys.exit(f"Cannot start: {error}")


if __name__ == "__main__":
    main()
