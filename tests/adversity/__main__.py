"""Writes the table of docs/interruptions.md: python -m tests.adversity."""

import argparse
import sys

import pytest


class Writer:
    """Has the outcomes of the tests kept, instead of compared with what the page says."""

    def pytest_collection_finish(self):
        # Not before Django is set up.
        from tests.adversity import interruptions

        self.table, interruptions.collected = interruptions, {}

    def pytest_sessionfinish(self):
        self.table.write(self.table.collected)


def main(arguments=None):
    argparse.ArgumentParser(prog="python -m tests.adversity", description=__doc__).parse_args(arguments)
    tests = ["-q", "-p", "no:cacheprovider", "-m", "slow or long", "tests/adversity/test_interruptions.py"]
    return pytest.main(tests, plugins=[Writer()])


if __name__ == "__main__":
    sys.exit(main())
