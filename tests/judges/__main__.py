"""``python -m tests.judges``: what the judges find in the release, and why it stays, for docs/static-judges.md."""

import argparse
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.judges import accepted, document, findings  # noqa: E402  Django has to be set up first.


def main():
    argparse.ArgumentParser(prog="python -m tests.judges", description=__doc__).parse_args()
    unexcused = [finding for finding in findings.all_of_them() if not accepted.reason_for(finding)]
    document.PATH.write_text(document.text())
    for finding in unexcused:
        print(f"{finding.judge}: {finding.rule} in {finding.where}: {finding.what}")
    print(f"{document.PATH.name} is written; findings without a reason: {len(unexcused)}.")
    return 1 if unexcused else 0


if __name__ == "__main__":
    sys.exit(main())
