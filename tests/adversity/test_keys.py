"""Keys of another type than text are one finding before the first change, and not a flood of them."""

import pytest
from django.core.management import CommandError

from epic10.deploy.precheck import Limits, precheck
from epic10.postgres.client_programs import ToolFailed
from tests.migration.disturbances import look_at
from tests.migration.test_two_routes import SCRIPTS

# What another tool makes of @db.Uuid.
AS_UUID = """
DO $$
DECLARE
  key record;
BEGIN
  FOR key IN SELECT conrelid::regclass AS name, conname FROM pg_constraint
              WHERE contype = 'f' AND connamespace = 'public'::regnamespace LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', key.name, key.conname);
  END LOOP;
  FOR key IN SELECT attrelid::regclass AS name, attname FROM pg_attribute
              WHERE attrelid IN ('ndas'::regclass, 'nda_status_history'::regclass, 'contacts'::regclass)
                AND (attname = 'id' OR attname LIKE '%\\_id') AND atttypid = 'text'::regtype LOOP
    EXECUTE format('ALTER TABLE %s ALTER %I DROP DEFAULT, ALTER %2$I TYPE uuid USING md5(%2$I)::uuid',
                   key.name, key.attname);
  END LOOP;
END $$"""
TITLE = "the keys of ndas, nda_status_history, contacts are text"
FOUND = ("ndas.id is uuid", "nda_status_history.id is uuid", "contacts.id is uuid")


def test_keys_of_type_uuid_are_one_finding(legacy_database):
    legacy_database.execute(AS_UUID)
    found = look_at(legacy_database)
    [result] = precheck(legacy_database.alias, Limits()).results
    assert (result.verdict, result.check.title, result.findings) == ("FAILED", TITLE, FOUND)
    complaint = f"Expected that {TITLE}; found: {'; '.join(FOUND)}."
    with pytest.raises(CommandError) as refusal:
        legacy_database.migrate()
    assert str(refusal.value).splitlines() == [complaint, f"HINT: {result.check.hint}", "Nothing was changed."]
    with pytest.raises(ToolFailed) as refusal:
        legacy_database.psql(SCRIPTS / "migration.sql")
    assert f"ERROR:  {complaint}\nHINT:  {result.check.hint}" in str(refusal.value)
    assert look_at(legacy_database) == found
