"""
All shapes: of each class that can hang on a table, a column, a type or a row type at least one.

The classes are those of pg_depend: https://www.postgresql.org/docs/current/catalog-pg-depend.html
"""

from tests.shapes.around import AROUND
from tests.shapes.on_a_column import ON_A_COLUMN
from tests.shapes.on_a_table import ON_A_TABLE
from tests.shapes.on_the_types import ON_THE_ROW_TYPE, ON_THE_TYPES

SHAPES = [*ON_A_TABLE, *ON_A_COLUMN, *ON_THE_TYPES, *ON_THE_ROW_TYPE, *AROUND]
