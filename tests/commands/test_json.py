"""What the commands print with --format json is what docs/json.schema.json says."""

import io
import json

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command, get_commands, load_command_class
from jsonschema import Draft202012Validator

from config.help import OURS
from epic10.postgres.catalog import quoted

SCHEMA = json.loads((configured.BASE_DIR / "docs" / "json.schema.json").read_text())
ERROR = "error"


def complaints(document, entry) -> list[str]:
    reference = f"#/$defs/{entry.replace(' ', '%20')}"
    found = Draft202012Validator({"$ref": reference, "$defs": SCHEMA["$defs"]}).iter_errors(document)
    return [f"{entry}, {'/'.join(map(str, error.path))}: {error.message[:200]}" for error in found]


def test_it_is_a_schema_and_has_an_entry_for_every_command_that_prints_json():
    Draft202012Validator.check_schema(SCHEMA)
    ours = [(name, load_command_class(app, name)) for name, app in get_commands().items() if app in OURS]
    print_json = {name for name, command in ours if "--format" in str(command.create_parser("", name).format_help())}
    print_json |= {"epic10_snapshot take", "epic10_snapshot verify", "epic10_snapshot list", "epic10_snapshot restore"}
    print_json |= {"epic10_monitor report"}
    shared = {"moment", "release", "report", "check", "record", "manifest", ERROR}
    assert SCHEMA["$defs"].keys() - shared == print_json


@pytest.fixture
def printed(legacy_database, tmp_path, settings):
    """Runs a command; what it prints has to be what the entry says."""
    settings.EPIC10_SNAPSHOTS, settings.EPIC10_RECORDS = tmp_path / "snapshots", tmp_path / "records"

    def run(command, *arguments, entry=None, **options):
        output = io.StringIO()
        more = {} if "list" in arguments else {"database": legacy_database.alias}
        try:
            call_command(command, *arguments, stdout=output, stderr=io.StringIO(), format="json", **more | options)
        except CommandError as error:
            # On a busy machine its look is an incident, and described like any other.
            assert entry == ERROR or command == "epic10_monitor", error
        document = json.loads(output.getvalue())
        assert complaints(document, entry or command) == []
        return document

    return run


@pytest.mark.slow
def test_a_whole_night(printed, legacy_database, settings):
    here = {"directory": settings.EPIC10_SNAPSHOTS}
    printed("epic10_status")
    printed("epic10_validate", entry=ERROR)
    name = printed("epic10_snapshot", "take", entry="epic10_snapshot take", **here)["name"]
    printed("epic10_snapshot", "verify", entry="epic10_snapshot verify", **here)
    printed("epic10_snapshot", "list", entry="epic10_snapshot list", **here)
    copy = f"{legacy_database.name}_copy"
    printed("epic10_snapshot", "restore", name, "--into", copy, entry="epic10_snapshot restore", **here)
    legacy_database.execute(f"DROP DATABASE {quoted(copy)}")
    printed("epic10_rehearse", "--from", "newest", **here)
    printed("epic10_precheck", without_schema_rehearsal=True)
    printed("epic10_monitor", "--once")
    printed("epic10_deploy", yes=True, without_schema_rehearsal=True, **here)
    printed("epic10_status")
    printed("epic10_validate")
    printed("epic10_monitor", "--once")
    printed("expire_ndas", dry_run=True)
    printed("epic10_monitor", "report", entry="epic10_monitor report")
    printed("epic10_rollback", yes=True, **here)
    printed("epic10_deploy", yes=True, without_schema_rehearsal=True, without_rehearsal=True, **here)
    printed("epic10_finalize", yes_drop_legacy=True)
    printed("epic10_records")


def test_a_field_that_is_not_described_is_found():
    assert complaints({"verdict": "FAILED", "error": "", "more": 1}, ERROR) == [
        "error, : Additional properties are not allowed ('more' was unexpected)"
    ]
