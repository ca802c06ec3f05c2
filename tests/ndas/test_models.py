"""The models read and write the register as it is after Epic 10."""

import pytest
from django.core.exceptions import ValidationError
from django.db.models import RestrictedError

from ndas.choices import NdaStatus, NdaType, UsMaxPosition
from ndas.models import Nda
from tests.factories import NdaFactory

pytestmark = pytest.mark.django_db


def test_a_new_nda_has_the_defaults_of_the_database():
    nda = NdaFactory.build()
    nda.save()
    found = Nda.objects.get()
    assert (found.status, found.nda_type, found.usmax_position) == (
        NdaStatus.CREATED,
        NdaType.MUTUAL,
        UsMaxPosition.PRIME,
    )
    assert (found.is_non_usmax, found.expiration_date, found.approved_by) == (False, None, None)
    assert found.display_id == nda.display_id


def test_display_ids_come_from_the_sequence_also_for_several_at_once():
    first = NdaFactory.build()
    first.save()
    several = Nda.objects.bulk_create([NdaFactory.build(), NdaFactory.build(nda_type=NdaType.CONSULTANT)])
    assert [nda.display_id - first.display_id for nda in several] == [1, 2]


def test_several_ndas_can_change_status_at_once():
    ndas = Nda.objects.bulk_create([NdaFactory.build(), NdaFactory.build()])
    ndas[0].status, ndas[1].status = NdaStatus.INACTIVE_CANCELED, NdaStatus.PENDING_APPROVAL
    Nda.objects.bulk_update(ndas, ["status"])
    found = Nda.objects.order_by("status").values_list("status", flat=True)
    assert list(found) == ["PENDING_APPROVAL", "INACTIVE_CANCELED"]


@pytest.mark.parametrize("label", ["EMAILED", "INACTIVE", "CANCELLED"])
def test_a_legacy_label_is_no_choice_any_more(label):
    with pytest.raises(ValidationError):
        Nda.objects.filter(status=label)


def test_a_contact_in_use_cannot_be_deleted():
    nda = NdaFactory()
    with pytest.raises(RestrictedError):
        nda.created_by.delete()


def test_people_read_what_the_labels_mean():
    nda = NdaFactory.build(status=NdaStatus.SENT_PENDING_SIGNATURE)
    assert nda.get_status_display() == "Sent/Pending Signature"
    assert (nda.get_nda_type_display(), nda.get_usmax_position_display()) == ("Mutual NDA", "Prime")
