"""The admin site: people, agencies and grants are edited there; the NDAs themselves are read-only."""

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db.models import TextField

from ndas import models
from ndas.services.drafts import LONGEST
from ndas.web.search import people

# An index holds no longer ones.
SHORT = {TextField: {"max_length": LONGEST, "widget": AdminTextInputWidget}}


def by_email(contact: models.Contact) -> str:
    """Several people may have the same name."""
    return f"{contact}, {contact.email}{'' if contact.is_active else ' (inactive)'}"


class Autocomplete(AutocompleteJsonView):
    def process_request(self, request):
        term, *others = super().process_request(request)
        return term.replace("\x00", ""), *others

    def serialize_result(self, found, to_field_name):
        result = super().serialize_result(found, to_field_name)
        return result | {"text": by_email(found)} if isinstance(found, models.Contact) else result


autocomplete = admin.site.admin_view(Autocomplete.as_view(admin_site=admin.site))


class Grant(admin.ModelAdmin):
    """A grant is for one person, who is searched for, and shown with their e-mail."""

    search_fields = ["contact__email", "contact__first_name", "contact__last_name"]

    def formfield_for_foreignkey(self, field, request, **options):
        found = super().formfield_for_foreignkey(field, request, **options)
        if field.name == "contact":
            found.label_from_instance = by_email
        return found


class ReadOnly(admin.ModelAdmin):
    """Read-only, because the workflow and the audit are in the services, and nothing may bypass them."""

    show_full_result_count = False

    def has_add_permission(self, request, *args):
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows if request.user.has_perm("ndas.view_every_nda") else rows.none()


@admin.register(models.Nda)
class NdaAdmin(ReadOnly):
    list_display = ["display_id", "company_name", "status", "agency_group", "expiration_date"]
    list_select_related = ["agency_group"]
    search_fields = ["company_name", "display_id__exact"]
    ordering = ["-display_id"]


@admin.register(models.AuditLog)
class AuditLogAdmin(ReadOnly):
    list_display = ["created_at", "action", "entity_id", "user"]
    list_select_related = ["user"]
    search_fields = ["entity_id__exact"]
    ordering = ["-created_at"]


@admin.register(models.Contact)
class ContactAdmin(admin.ModelAdmin):
    formfield_overrides = SHORT
    list_display = ["email", "first_name", "last_name", "phone", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["email", "first_name", "last_name"]
    ordering = ["email"]

    def get_search_results(self, request, contacts, term):
        return people(term, contacts) if term else contacts, False


@admin.register(models.AgencyGroup)
class AgencyGroupAdmin(admin.ModelAdmin):
    formfield_overrides = SHORT
    list_display = ["name", "code"]
    search_fields = ["name", "code"]
    ordering = ["name"]


@admin.register(models.Subagency)
class SubagencyAdmin(admin.ModelAdmin):
    formfield_overrides = SHORT
    list_display = ["name", "code", "agency_group"]
    list_select_related = ["agency_group"]
    search_fields = ["name", "code"]
    ordering = ["agency_group__name", "name"]


@admin.register(models.AgencyGroupGrant)
class AgencyGroupGrantAdmin(Grant):
    list_display = ["contact", "contact__email", "agency_group", "created_at"]
    list_select_related = ["contact", "agency_group"]
    autocomplete_fields = ["contact", "agency_group"]


@admin.register(models.SubagencyGrant)
class SubagencyGrantAdmin(Grant):
    list_display = ["contact", "contact__email", "subagency", "created_at"]
    list_select_related = ["contact", "subagency__agency_group"]
    autocomplete_fields = ["contact", "subagency"]
