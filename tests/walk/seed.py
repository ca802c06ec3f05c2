"""The seed of the sample: each commit chooses other points."""

import subprocess

from django.conf import settings


def of_this_commit() -> str:
    """The commit's hash; outside of a checkout always the same."""
    command = ["git", "-c", f"safe.directory={settings.BASE_DIR}", "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "no-commit"
