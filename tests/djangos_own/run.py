"""
Django's runtests.py, with our apps installed and our commands in the place of Django's; with NDAS_PLAIN, without.

    python -m tests.djangos_own.run DIRECTORY_OF_RUNTESTS LABEL…

The last line is JSON: how many tests ran, and the names of those that ended otherwise than they should.
"""

import atexit
import functools
import json
import os
import shutil
import sys
import tempfile

# The search indexes need the second one.
OURS = ("pgtrigger", "django.contrib.postgres", "ndas", "epic10")
COMMANDS = ("migrate", "flush")


def main(directory, labels):
    os.chdir(directory)
    sys.path.insert(0, directory)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.djangos_own.configuration"
    os.environ["TMPDIR"] = tempfile.tempdir = tempfile.mkdtemp(prefix="djangos-own-")
    atexit.register(shutil.rmtree, tempfile.tempdir, ignore_errors=True)
    import runtests
    from django.test.runner import DiscoverRunner

    if not os.environ.get("NDAS_PLAIN"):
        ours_in_place_of_djangos(runtests)
    results = []

    def suite_result(self, suite, result, **kwargs):
        results.append(result)
        return len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)

    DiscoverRunner.suite_result = suite_result
    runtests.django_tests(
        verbosity=0,
        interactive=False,
        failfast=False,
        keepdb=False,
        reverse=False,
        test_labels=labels,
        debug_sql=False,
        parallel=1,
        tags=[],
        exclude_tags=[],
        test_name_patterns=None,
        start_at="",
        start_after="",
        pdb=False,
        buffer=False,
        timing=False,
        shuffle=False,
        durations=None,
    )
    [result] = results
    different = [test.id() for test, _ in [*result.failures, *result.errors]]
    different += [test.id() for test in result.unexpectedSuccesses]
    for test, why in [*result.failures, *result.errors]:
        print(f"=== {test.id()}\n{why}", file=sys.stderr)
    print(json.dumps({"ran": result.testsRun, "skipped": len(result.skipped), "different": sorted(set(different))}))


def ours_in_place_of_djangos(runtests):
    from django.core import management

    for app in OURS:
        runtests.ALWAYS_INSTALLED_APPS.insert(0, app)
    known = management.get_commands

    @functools.cache
    def get_commands():
        """Also where a test installs a few apps only, ours not among them."""
        return known() | dict.fromkeys(COMMANDS, "epic10")

    management.get_commands = get_commands


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
