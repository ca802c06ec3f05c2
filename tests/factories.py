"""Objects of the register after Epic 10, for tests that need one and do not care which."""

import factory
from django.contrib.auth.models import Group, User

from ndas.access.actors import actor_of
from ndas.models import AgencyGroup, AgencyGroupGrant, Contact, Nda, Subagency

PASSWORD = "a very long way to say open"


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


class SubagencyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Subagency

    agency_group = factory.LazyFunction(AgencyGroupFactory.create)
    name = factory.Sequence("Laboratory {}".format)
    code = factory.Sequence("L{}".format)


class UserFactory(factory.django.DjangoModelFactory):
    """Somebody who can log in, with a contact; ``UserFactory(role="Approver", sees=[agency_group])``."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        contact = factory.LazyFunction(ContactFactory.create)

    username = factory.SelfAttribute("contact.email")
    email = factory.SelfAttribute("contact.email")

    @factory.post_generation
    def role(self, create, name, **kwargs):
        if name:
            self.groups.add(Group.objects.get(name=name))

    @factory.post_generation
    def sees(self, create, agency_groups, **kwargs):
        for agency_group in agency_groups or ():
            contact = Contact.objects.get(email=self.email)
            AgencyGroupGrant.objects.create(contact=contact, agency_group=agency_group)


def actor(role, sees=()):
    return actor_of(UserFactory(role=role, sees=sees))


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
