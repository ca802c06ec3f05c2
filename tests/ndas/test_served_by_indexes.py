"""The lookups of the pages, which their indexes serve: an expression that is written otherwise is not found there."""

import pytest
from django.db import transaction

from ndas.models import Contact, Nda
from ndas.models.agreements import SEARCHED
from ndas.web.search import matching

ASKED = {
    "words": (lambda: Nda.objects.alias(search=SEARCHED).filter(matching("granite robotics")), "ndas_search_idx"),
    "a status": (lambda: Nda.objects.filter(status="EXPIRED"), "ndas_status_idx"),
    "some of the statuses": (lambda: Nda.objects.filter(status__in=["EXPIRED", "CREATED"]), "ndas_status_idx"),
    "a type": (lambda: Nda.objects.filter(nda_type="CONSULTANT"), "ndas_nda_type_idx"),
    "non-USmax": (lambda: Nda.objects.filter(is_non_usmax=True), "ndas_non_usmax_idx"),
    "changed since it was approved": (
        lambda: Nda.objects.filter(approved_by__isnull=False, approved_at=None),
        "ndas_approval_idx",
    ),
    "the id of a contact": (lambda: Contact.objects.filter(pk="c-1"), "contacts_pkey"),
    "the ids of some NDAs": (lambda: Nda.objects.filter(pk__in=["n-1", "n-2"]), "ndas_pkey"),
}


@pytest.mark.parametrize(("asked", "index"), ASKED.values(), ids=ASKED)
def test_an_index_serves_what_is_asked(migrated_database, asked, index):
    migrated_database.migrate(None)
    using = migrated_database.alias
    with transaction.atomic(using=using):
        migrated_database.execute("SET LOCAL enable_seqscan = off")
        plan = asked().using(using).explain()
    assert index in plan and "Filter" not in plan
