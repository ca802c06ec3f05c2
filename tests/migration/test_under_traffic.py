"""The old application goes on writing until the switch; nothing it was told is written is lost."""

import random
import threading
import time

import psycopg
import pytest
from psycopg.errors import DatatypeMismatch, InvalidTextRepresentation

from ndas.expected import STATUS_PAIRS

# The new type does not have the label; a statement prepared before still means the old type.
AFTER_THE_SWITCH = (InvalidTextRepresentation, DatatypeMismatch)

LEGACY_LABELS = ["CREATED", "EMAILED", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE", "CANCELLED"]
COPY_ONE = """
INSERT INTO ndas (id, company_name, agency_group_id, abbreviated_name, authorized_purpose, status,
                  opportunity_poc_id, relationship_poc_id, created_by_id, updated_at)
SELECT gen_random_uuid()::text, company_name, agency_group_id, abbreviated_name, authorized_purpose, %s,
       opportunity_poc_id, relationship_poc_id, created_by_id, now()
  FROM ndas LIMIT 1 RETURNING id
"""


class OldApplication(threading.Thread):
    """Changes and adds NDAs in the old vocabulary, and remembers what the server acknowledged."""

    def __init__(self, url, ids):
        super().__init__()
        self.url, self.ids, self.acknowledged, self.errors = url, ids, {}, []
        self.stopped, self.at_the_switch = threading.Event(), 0

    def run(self):
        chance = random.Random(self.ids[0])
        with psycopg.connect(self.url, autocommit=True) as connection:
            while not self.stopped.is_set():
                label, id = chance.choice(LEGACY_LABELS), chance.choice(self.ids)
                try:
                    self._write(connection, chance, label, id)
                except AFTER_THE_SWITCH:
                    self.at_the_switch += 1
                    self.stopped.set()
                except psycopg.Error as error:
                    self.errors.append(error)
                    self.stopped.set()
                time.sleep(0.001)

    def _write(self, connection, chance, label, id):
        if chance.random() < 0.2:
            [id] = connection.execute(COPY_ONE, [label]).fetchone()
        else:
            connection.execute("UPDATE ndas SET status = %s WHERE id = %s", [label, id])
        self.acknowledged[id] = label


@pytest.fixture
def old_applications(legacy_database):
    """Three of them, each with NDAs of its own, so that one knows what it wrote last."""
    ids = [id for [id] in legacy_database.rows("SELECT id FROM ndas ORDER BY id")]
    applications = [OldApplication(legacy_database.url, ids[number::3]) for number in range(3)]
    yield applications
    for application in applications:
        application.stopped.set()
        application.join()


def test_every_acknowledged_write_is_there_in_both_vocabularies(legacy_database, old_applications):
    for application in old_applications:
        application.start()
    migrated = legacy_database.manage("migrate", "ndas", EPIC10_BATCH_SIZE="10")
    assert migrated.returncode == 0, migrated.stderr
    for application in old_applications:
        application.join(10)
    assert [(application.errors, application.at_the_switch) for application in old_applications] == [([], 1)] * 3

    labels = {id: pair for id, *pair in legacy_database.rows("SELECT id, status::text, status_legacy::text FROM ndas")}
    acknowledged = {id: label for application in old_applications for id, label in application.acknowledged.items()}
    assert len(acknowledged) > 100
    assert {id: label for id, label in acknowledged.items() if labels[id][1] != label} == {}
    assert {tuple(pair) for pair in labels.values()} <= set(STATUS_PAIRS)
    validated = legacy_database.manage("epic10_validate")
    assert validated.returncode == 0, validated.stdout
