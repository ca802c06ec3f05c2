"""
The pictures of docs/dashboard.md: a night, seen in a real browser. Takes a minute, and only when asked for:

    python -m tests.documents pictures

They are half as large where pngquant is installed.
"""

import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from epic10.dashboard import census
from epic10.postgres import scratch_database
from tests.dashboard.test_round import driver, onlooker, share, state
from tests.databases import Scratch
from tests.migration.disturbances import wait_for
from tests.web.browser import LAPTOP, PHONE, resize, until

ROWS_DONE = "SELECT coalesce(sum(rows), 0) FROM epic10_phase_run WHERE phase = 'backfill'"
SCREENSHOTS = os.environ.get("SCREENSHOTS")
NAME, NDAS = "nda_register", 12_000
SOMEBODY = {"LOGNAME": "dora"}

# What people do with the new application, and the old one cannot hold.
WORK = """
    UPDATE ndas SET nda_type = 'CONSULTANT' WHERE display_id % 97 = 0;
    UPDATE ndas SET is_non_usmax = true WHERE display_id % 211 = 0;
    UPDATE ndas SET status = 'PENDING_APPROVAL' WHERE status = 'CREATED' AND display_id % 7 = 0"""

pytestmark = pytest.mark.skipif(not SCREENSHOTS, reason="SCREENSHOTS does not say where the pictures go")
__all__ = ["driver", "onlooker"]


@pytest.fixture
def legacy_database(django_db_blocker, baseline_template):
    with (
        django_db_blocker.unblock(),
        scratch_database.database("default", name=NAME, template=baseline_template) as alias,
    ):
        call_command("epic10_seed", rows=NDAS, database=alias, stdout=io.StringIO())
        yield Scratch(alias)


def test_the_pictures_of_a_night(driver, onlooker, legacy_database, tmp_path):
    night = Night(driver, onlooker, legacy_database)
    night.picture("before", most=1080)
    night.deploys(tmp_path / "pause")
    until(driver, lambda: state(driver) == "Switched")
    night.works_and_is_watched()
    night.picture("after")
    night.picture("phone", PHONE, most=1900)
    night.picture("dark", dark=True, most=1800)
    night.runs("epic10_rollback", "--yes", "--accept-writers")
    night.picture("rolled-back")


class Night:
    def __init__(self, driver, onlooker, database):
        self.driver, self.onlooker, self.database = driver, onlooker, database

    def picture(self, name, size=LAPTOP, *, dark=False, most=5000):
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})
        resize(self.driver, size)
        self.onlooker.opens("/epic10/")
        height = self.driver.execute_script("return document.documentElement.scrollHeight")
        resize(self.driver, (size[0], min(height, most)))
        path = Path(SCREENSHOTS) / f"dashboard-{name}.png"
        self.driver.save_screenshot(str(path))
        if shutil.which("pngquant"):
            subprocess.run(["pngquant", "--force", "--skip-if-larger", "--ext", ".png", path], check=True)
        resize(self.driver, LAPTOP)

    def runs(self, *arguments):
        finished = self.database.manage(*arguments, **SOMEBODY)
        assert finished.returncode == 0, finished.stdout + finished.stderr

    def deploys(self, pause):
        process = self.database.start(
            *("epic10_deploy", "--yes", "--without-rehearsal"),
            **SOMEBODY,
            EPIC10_BATCH_SIZE="100",
            EPIC10_PAUSE_FILE=str(pause),
        )
        for rows, name in ((500, None), (20_000, "during")):
            wait_for(self.database, f"SELECT ({ROWS_DONE}) >= {rows}", process)
            pause.touch()
            before = share(self.driver)
            until(self.driver, lambda before=before: share(self.driver) > before)
            if name:
                self.picture(name, most=1120)
            pause.unlink()
        output, complaint = process.communicate()
        assert process.returncode == 0, output + complaint

    def works_and_is_watched(self):
        self.database.execute("SET session_replication_role = replica")
        self.database.execute(WORK)
        self.database.execute("SET session_replication_role = origin")
        self.database.manage("epic10_monitor", "--hours", "0.008", "--interval", "1s", **SOMEBODY)
        census._last.clear()  # It would show for a minute what was before the work.
