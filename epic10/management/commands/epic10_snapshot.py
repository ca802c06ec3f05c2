from epic10.management import arguments
from epic10.management.command import Output, ReleaseCommand
from epic10.snapshots import files, restore, snapshot
from epic10.terminal import prompts, signals
from epic10.terminal.display import Help, shown
from epic10.terminal.moments import moment

EXAMPLES = """
examples:
  epic10_snapshot take                            write one, say its name
  epic10_snapshot verify                          prove the newest by restoring it beside the database
  epic10_snapshot restore NAME --into ndas_copy   make a database of it
"""


class Command(ReleaseCommand):
    interrupted, only_looks = "Nothing unfinished is left.", True
    help = (
        "Take, verify, list or restore a copy of the whole database in files. By pg_dump, with a manifest that says "
        "what has to be in it. Only their owner can read the files."
    )

    def add_arguments(self, parser):
        parser.epilog, parser.formatter_class = EXAMPLES, Help
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        take = actions.add_parser("take", help="Write a snapshot of the database.")
        verify = actions.add_parser("verify", help="Check every file, restore a copy, compare every table; drop it.")
        listing = actions.add_parser("list", help="Show what there is.")
        restore = actions.add_parser("restore", help="Make a database of a snapshot.")
        verify.add_argument("name", nargs="?", type=arguments.file_name, help="Which one (default: the newest).")
        which = 'Which one, or "newest"; epic10_snapshot list shows them.'
        restore.add_argument("name", type=arguments.file_name, help=which)
        restore.add_argument(
            "--into", required=True, metavar="DATABASE", help="Name of the database to make, on the same server."
        )
        restore.add_argument(
            "--overwrite", action="store_true", help="Replace a database of that name, which is kept under another one."
        )
        restore.add_argument(
            "--yes-replace", metavar="DATABASE", help="Do not ask: its name once more, for where nobody can type."
        )
        restore.add_argument(
            "--no-owner",
            action="store_true",
            help="Everything belongs to, and is granted to, you. What others have in an index then runs as you: not as "
            "a superuser, unless you trust all of them.",
        )
        for action in (take, verify, listing, restore):
            arguments.directory(action)
            arguments.format(action)
        for action in (take, verify, restore):
            arguments.database(action)
            arguments.jobs(action, "Tables at once.")

    def answer(self, *, action, **options):
        with signals.interruptible(self.interrupted), shown(self.progress):
            return getattr(self, f"_{action}")(**options)

    def _take(self, *, database, directory, jobs, **options):
        taken = snapshot.take(database, directory, jobs=jobs)
        return Output(f"{taken.name}: {of_what(taken)}, in {taken.seconds:.1f} s.", taken.as_json())

    def _verify(self, *, database, directory, name, jobs, **options):
        name = name or files.newest(directory)
        found = snapshot.verify(database, directory, name, jobs=jobs)
        failure = f'The snapshot "{name}" is not to be trusted.' if found.failed else ""
        return Output("\n".join([f'Snapshot "{name}"', *found.lines()]), found.as_json(), failure)

    def _list(self, *, directory, **options):
        kept = snapshot.kept(directory)
        found = [
            {
                "name": one.name,
                "manifest": one.manifest and one.manifest.as_json(),
                "verified_at": one.verified_at and one.verified_at.isoformat(),
            }
            for one in kept
        ]
        return Output("\n".join(map(line, kept)) or f'There is no snapshot in "{directory}".', found)

    def _restore(self, *, database, directory, name, into, yes_replace, no_owner, overwrite, jobs, **options):
        name = files.newest(directory) if name == "newest" else name

        def confirm(question):
            if yes_replace != into:
                prompts.ask(question, expected=into, otherwise=f"--yes-replace {into}")

        options = ("--no-owner", "--no-privileges") if no_owner else ()
        by_hand = restore.restore(
            database, directory, name, into=into, overwrite=overwrite, confirm=confirm, options=options, jobs=jobs
        )
        said = f'The database "{into}" is the snapshot "{name}": every table compared.'
        return Output("\n".join([said, *by_hand]), {"name": name, "into": into, "by_hand": by_hand})


def of_what(taken):
    return f"{taken.contents.rows:,} rows in {len(taken.contents.tables)} tables, {taken.bytes / 1e6:,.1f} MB"


def line(kept):
    if kept.manifest is None:
        return f"{kept.name}  cannot be read"
    verified = f"verified {moment(kept.verified_at)}" if kept.verified_at else "not verified"
    return f"{kept.name}  {of_what(kept.manifest)}, {verified}"
