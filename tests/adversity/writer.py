"""A plugin for pytest that keeps the outcomes of test_interruptions.py, and writes them into the page."""


def pytest_collection_finish():
    # Not before Django is set up.
    from tests.adversity import interruptions

    interruptions.collected = {}


def pytest_sessionfinish():
    from tests.adversity import interruptions

    interruptions.write(interruptions.collected)
