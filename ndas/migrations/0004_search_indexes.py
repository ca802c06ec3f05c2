"""
Indexes for the list: search by words, companies by prefix, NDAs by their point of contact.

Then those for what few NDAs are: of a type, non-USmax, or changed since they were approved. The daily job uses the
index on the point of contact, too. They are built CONCURRENTLY, and ``migrate ndas 0001`` drops them as well.
"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import migrations, models
from django.db.models.functions import Cast, Upper

from epic10.operations import AddIndex, Phase

# A varchar cast to text: PostgreSQL has no || for text and varchar, and the index would bind anybody's operator.
PURPOSE = Cast("authorized_purpose", models.TextField())
WORDS = SearchVector("company_name", "company_city", "abbreviated_name", PURPOSE, config="simple")
NON_USMAX = models.Q(is_non_usmax=True)
CHANGED = models.Q(approved_by__isnull=False, approved_at__isnull=True)
COMPANY = OpClass(Upper("company_name"), "text_pattern_ops")


class Migration(migrations.Migration):
    # CREATE INDEX CONCURRENTLY.
    atomic = False
    dependencies = [("ndas", "0003_workflow_guards")]

    operations = [
        Phase(
            "search",
            "Build the indexes of the list without blocking writers.",
            [
                AddIndex("nda", models.Index(fields=["opportunity_poc"], name="ndas_opportunity_poc_id_idx")),
                AddIndex("nda", GinIndex(WORDS, name="ndas_search_idx")),
                AddIndex("nda", models.Index(COMPANY, name="ndas_company_begins_idx")),
            ],
            transaction=False,
        ),
        # A phase of its own: on columns of the release, so it comes after the switch, when it is clear whose these are.
        Phase(
            "filters",
            "Build the indexes of what few NDAs are, without blocking writers.",
            [
                AddIndex("nda", models.Index(fields=["nda_type"], name="ndas_nda_type_idx")),
                AddIndex("nda", models.Index(fields=["is_non_usmax"], condition=NON_USMAX, name="ndas_non_usmax_idx")),
                AddIndex("nda", models.Index(fields=["approved_by"], condition=CHANGED, name="ndas_approval_idx")),
            ],
            transaction=False,
        ),
    ]
