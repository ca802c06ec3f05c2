"""Fill a register before Epic 10 with invented legacy rows."""

from django.core.management.base import BaseCommand

from epic10.management import arguments
from ndas.seed.database import SEED, fill


class Command(BaseCommand):
    help = "Fill a baseline database with invented legacy NDAs and all they refer to."

    def add_arguments(self, parser):
        parser.add_argument("--rows", type=arguments.number, required=True, metavar="N", help="how many NDAs")
        parser.add_argument(
            "--seed", type=arguments.any_number, default=SEED, metavar="K", help="same number, same rows"
        )
        parser.add_argument("--append", action="store_true", help="add to a register that holds NDAs, with other rows")
        arguments.database(parser)

    def handle(self, *, rows, seed, append, database, **options):
        added = fill(database, rows, seed=seed, append=append, say=self.stdout.write)
        self.stdout.write(f"{sum(added.values()):,} rows, seed {seed}")
