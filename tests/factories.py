"""Objects of the register after Epic 10, for tests that need one and do not care which."""

import factory

from ndas.models import AgencyGroup, Contact, Nda


class ContactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contact

    first_name = "Dana"
    last_name = factory.Sequence("Duarte {}".format)
    email = factory.Sequence("dana.{}@usmax.example".format)


class AgencyGroupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AgencyGroup

    name = factory.Sequence("Department {}".format)
    code = factory.Sequence("D{}".format)


class NdaFactory(factory.django.DjangoModelFactory):
    """``NdaFactory.build()`` is not saved, but whom it names is, so that several can be at once."""

    class Meta:
        model = Nda

    company_name = "Aster Robotics LLC"
    abbreviated_name = "ASTROB"
    authorized_purpose = "Exchange of technical data"
    agency_group = factory.LazyFunction(AgencyGroupFactory.create)
    created_by = factory.LazyFunction(ContactFactory.create)
    opportunity_poc = factory.SelfAttribute("created_by")
    relationship_poc = factory.SelfAttribute("created_by")
