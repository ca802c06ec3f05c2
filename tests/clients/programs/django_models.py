"""Django: the previous release has the models of 0001, the new one those of this project."""

import datetime
import os

import django
from protocol import APPLICATION, SEARCH_PATH, found, serve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection, connections, models, transaction  # noqa: E402  Django has to be set up first.
from django.db.migrations.loader import MigrationLoader  # noqa: E402
from django.utils import timezone  # noqa: E402

from ndas.fields import EnumField  # noqa: E402
from ndas.models import Nda, NdaStatusHistory  # noqa: E402

options = connections.databases["default"].setdefault("OPTIONS", {})
options["options"] = f"-c search_path={SEARCH_PATH}"
if os.environ.get("PREPARED"):
    options |= {"server_side_binding": True, "prepare_threshold": 0}
if APPLICATION == "old":
    for lookup in ("exact", "in"):  # It compares labels as Django does by itself.
        del EnumField.class_lookups[lookup]
    EnumField._clear_cached_class_lookups()
    previous = MigrationLoader(None).project_state([("ndas", "0001_initial")]).apps
    Nda, NdaStatusHistory = (previous.get_model("ndas", name) for name in ("Nda", "NdaStatusHistory"))


YEAR = datetime.timedelta(days=365)


class Session:
    def __init__(self, refs, statements):
        self.refs = refs
        connection.ensure_connection()
        self.ndas, self.histories = Nda._base_manager, NdaStatusHistory._base_manager

    def by_status(self, status):
        return len(self.ndas.filter(status=status).order_by("display_id")[:10])

    def one_of(self, statuses, positions):
        found = self.ndas.filter(status__in=statuses, usmax_position__in=positions)
        return len(found.select_related("created_by")[:10])

    def by_cast(self, status):
        return len(self.ndas.raw('SELECT id, status FROM ndas WHERE status = %s::"NdaStatus" LIMIT 5', [status]))

    def any_of(self, statuses):
        with connection.cursor() as cursor:
            cursor.execute('SELECT count(*) FROM ndas WHERE status = ANY(%s::"NdaStatus"[])', [statuses])
            return cursor.fetchone()[0]

    def statuses(self):
        counted = self.ndas.order_by().values("status").annotate(number=models.Count("id"))
        return [row["status"] for row in counted]

    def history(self, key):
        return [row.status for row in self.histories.filter(nda_id=key)]

    def one(self, key):
        nda = self.ndas.get(id=key)
        return [nda.status, nda.usmax_position]

    def whole(self, key):
        [nda] = self.ndas.raw("SELECT * FROM ndas WHERE id = %s", [key])
        return [nda.status, nda.usmax_position]

    @transaction.atomic
    def create(self, key, name, position, history):
        self.ndas.create(**self._new(key, name), usmax_position=position)
        self._record(key, "CREATED", history)

    @transaction.atomic
    def move(self, key, label, history):
        nda = self.ndas.get(id=key)
        nda.status, nda.updated_at = label, timezone.now()
        if label == "FULLY_EXECUTED":
            nda.fully_executed_date = timezone.now()
            if APPLICATION == "new":
                nda.expiration_date = nda.fully_executed_date + YEAR
        if APPLICATION == "new" and label == "SENT_PENDING_SIGNATURE":
            nda.approved_by_id, nda.approved_at = self.refs["approver"], timezone.now()
        nda.save()
        self._record(key, label, history)

    def put(self, key, label, position):
        nda = Nda(**self._new(key, "Put Inc."), status=label, usmax_position=position)
        kept = ["status", "usmax_position", "updated_at"]
        self.ndas.bulk_create([nda], update_conflicts=True, unique_fields=["id"], update_fields=kept)

    @transaction.atomic
    def swap(self, key, before, label):
        self.ndas.select_for_update().get(id=key)
        found(self.ndas.filter(id=key, status=before).update(status=label, updated_at=timezone.now()))

    def place(self, key, position):
        found(self.ndas.filter(id=key).update(usmax_position=position, updated_at=timezone.now()))

    def rename(self, key, name):
        found(self.ndas.filter(id=key).update(company_name=name, updated_at=timezone.now()))

    def _record(self, key, label, history):
        self.histories.create(id=history, nda_id=key, status=label, changed_by_id=self.refs["author"])

    def _new(self, key, name):
        author = self.refs["author"]
        return {
            "id": key,
            "company_name": name,
            "agency_group_id": self.refs["agency"],
            "abbreviated_name": "X",
            "authorized_purpose": "p",
            "opportunity_poc_id": author,
            "relationship_poc_id": author,
            "created_by_id": author,
            "updated_at": timezone.now(),
        }


serve(Session)
