"""The groups and their permissions, created once per database; after that its administrators decide."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import router

from ndas import workflow

READS = [workflow.VIEW, "ndas.view_document", "ndas.view_ndastatushistory", "ndas.view_auditlog"]
DRAFTS = [*READS, workflow.CREATE, workflow.UPDATE]
USES = [*DRAFTS, workflow.MARK_STATUS]
KEEPS = [
    f"ndas.{verb}_{model}"
    for verb in ("view", "add", "change", "delete")
    for model in ("contact", "agencygroup", "subagency", "agencygroupgrant", "subagencygrant")
]
GROUPS = {
    "Administrator": [*USES, workflow.APPROVE, workflow.VIEW_EVERY, *KEEPS],
    "NDA user": USES,
    "Approver": [*USES, workflow.APPROVE],
    "Limited": DRAFTS,
    "Read-only": READS,
}


def give_groups_their_permissions(app_config, using, apps=installed, **kwargs):
    """
    Create the groups after the ``migrate`` that creates the permission to approve.

    This is not in a migration, which would depend on the tables of django.contrib.auth:
    ``migrate ndas`` would create them, and ``migrate ndas 0001`` would leave them. If the
    permission exists already, as after a way back and there again, grants stay as they are.
    """
    try:
        Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    except LookupError:
        return
    if not all(router.allow_migrate(using, app_label) for app_label in ("auth", "ndas")):
        return
    permissions = Permission.objects.using(using).filter(content_type__app_label="ndas")
    to_approve = permissions.filter(codename=workflow.APPROVE.removeprefix("ndas."))
    if to_approve.exists():
        return
    # Django's own receiver for this app may be called after this one.
    create_permissions(app_config, using=using, apps=apps, verbosity=0)
    if not to_approve.exists():
        return
    for name, wanted in GROUPS.items():
        group, _ = Group.objects.using(using).get_or_create(name=name)
        codenames = [permission.removeprefix("ndas.") for permission in wanted]
        group.permissions.add(*permissions.filter(codename__in=codenames))
