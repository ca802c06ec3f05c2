"""The applications go on working, there and back; nothing they were told is written is lost or mislabelled."""

from epic10 import traffic

RATE, PROCESSES = 200, 2


def running(database, **options):
    return traffic.running(database.alias, rate=RATE, processes=PROCESSES, seed="a night", **options)


def test_neither_application_notices_anything_there_and_back(legacy_database):
    with running(legacy_database) as load:
        legacy_database.migrate(None)
        legacy_database.migrate("0001")
    outcome = load.outcome
    assert outcome.failures == []
    assert {answer.application for answer in outcome.answers} == {"old", "new"}
    assert PROCESSES <= len(outcome.handed_over) <= 2 * PROCESSES
    assert len(outcome.written["ndas"]) > 10


def test_every_acknowledged_write_is_there_in_both_vocabularies(legacy_database):
    with running(legacy_database) as load:
        legacy_database.migrate(None)
    assert load.outcome.failures == []
    validated = legacy_database.manage("epic10_validate")
    assert validated.returncode == 0, validated.stdout
