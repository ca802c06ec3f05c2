"""Write the scripts and tables that are derived from the migration."""

from django.core.management.base import BaseCommand, CommandError

from epic10.release import plan, scripts


class Command(BaseCommand):
    help = (
        "Write migration.sql, rollback.sql, verify.sql and their README.md from the migration. "
        "Run it after every change of 0002 or of the operations it is written in."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--check", action="store_true", help="Write nothing; exit 1 if a file does not say what 0002 says."
        )

    def handle(self, *, check, **options):
        files = scripts.files(plan.load())
        stale = scripts.stale(files)
        if check and stale:
            names = ", ".join(path.name for path in stale)
            raise CommandError(f"Not what the migration says: {names}.\nHINT: python manage.py epic10_scripts")
        if not check:
            scripts.write(files)
        for path in files:
            self.stdout.write(f"{'written' if path in stale else 'fresh'}  {path.name}")
