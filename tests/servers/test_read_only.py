"""Where nothing can be written the release is refused before anything else, and says where to go."""

import pytest
from django.core.management import CommandError

from epic10.postgres.client_programs import ToolFailed
from tests.databases import Scratch
from tests.migration.test_two_routes import SCRIPTS
from tests.servers.server import alias
from tests.servers.test_pooler import failed

STANDBY = "Expected that the server takes writes; found: it is in recovery, as a standby is.", "Connect to its primary."
READ_ONLY = (
    "Expected that sessions may write unless they say otherwise; "
    "found: default_transaction_read_only is on, by database.",
    "ALTER DATABASE ... SET default_transaction_read_only = off; or of the role, or of the server, whichever set it.",
)


def refused_everywhere(database, complaint, hint):
    for target in (None, "0001"):
        with pytest.raises(CommandError) as refusal:
            database.migrate(target)
        assert str(refusal.value) == f"{complaint}\nHINT: {hint}"
    for script in ("migration.sql", "rollback.sql"):
        with pytest.raises(ToolFailed) as refusal:
            database.psql(SCRIPTS / script)
        assert str(refusal.value) == f"psql ended with status 3: ERROR:  {complaint}\nHINT:  {hint}"


def test_a_standby_is_refused(register, standby, django_db_blocker):
    standby.caught_up()
    with alias("standby", standby.server.url(register.name)):
        refused_everywhere(Scratch("standby"), *STANDBY)
        assert "server.primary" in failed(Scratch("standby"))


@pytest.mark.parametrize("touched", [False, True], ids=["empty", "register"])
def test_a_database_that_only_reads_is_refused(register, scratch, touched):
    database = register if touched else scratch()
    database.execute(f'ALTER DATABASE "{database.name}" SET default_transaction_read_only = on')
    database.close()
    refused_everywhere(database, *READ_ONLY)
