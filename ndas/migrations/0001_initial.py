"""
The register as it was before Epic 10.

It creates what an empty database lacks and leaves a production database as it is: a table, its indexes and its foreign
keys are one statement, and if the table exists already, whoever created it, the statement changes nothing.
"""

from django.core.management.base import CommandError
from django.db import migrations, models, router

from ndas.fields import EnumField, TimestampField, new_id

NDA_STATUS = [
    ("CREATED", "Created"),
    ("EMAILED", "Emailed"),
    ("IN_REVISION", "In Revision"),
    ("FULLY_EXECUTED", "Fully Executed"),
    ("INACTIVE", "Inactive"),
    ("CANCELLED", "Cancelled"),
]
USMAX_POSITION = [("PRIME", "Prime"), ("SUB", "Sub"), ("TEAMING", "Teaming"), ("OTHER", "Other")]
DOCUMENT_TYPE = [("GENERATED", "Generated"), ("UPLOADED", "Uploaded"), ("FULLY_EXECUTED", "Fully executed")]


def enum(name, choices):
    labels = ", ".join(f"'{label}'" for label, _ in choices)
    return f"""\
DO $$ BEGIN
    IF to_regtype('"{name}"') IS NULL THEN
        CREATE TYPE "{name}" AS ENUM ({labels});
    END IF;
END $$"""


def table(name, *lines, unique=(), indexed=()):
    """One statement for a table and everything that belongs to it, laid out as Prisma writes it."""
    columns = ",\n".join(f"        {line}" for line in lines)
    more = [create_index(name, *names, suffix="key", kind="UNIQUE INDEX") for names in unique]
    more += [create_index(name, column, suffix="idx") for column in indexed]
    more = "".join(f"    {index};\n" for index in more)
    return f"""\
DO $$ BEGIN
    IF to_regclass('"{name}"') IS NOT NULL THEN
        RETURN;
    END IF;
    CREATE TABLE "{name}" (
{columns},
        CONSTRAINT "{name}_pkey" PRIMARY KEY ("id")
    );
{more}END $$"""


def required(table, column, to, *, on_delete="RESTRICT"):
    return (
        f'CONSTRAINT "{table}_{column}_fkey" FOREIGN KEY ("{column}") REFERENCES "{to}"("id") '
        f"ON DELETE {on_delete} ON UPDATE CASCADE"
    )


def optional(*names):
    return required(*names, on_delete="SET NULL")


def create_index(table, *columns, suffix, kind="INDEX"):
    quoted = ", ".join(f'"{column}"' for column in columns)
    return f'CREATE {kind} "{table}_{"_".join(columns)}_{suffix}" ON "{table}"({quoted})'


ID = '"id" TEXT NOT NULL'
CREATED_AT = '"created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP'
UPDATED_AT = '"updated_at" TIMESTAMP(3) NOT NULL'

REGISTER = [
    enum("NdaStatus", NDA_STATUS),
    enum("UsMaxPosition", USMAX_POSITION),
    enum("DocumentType", DOCUMENT_TYPE),
    table(
        "contacts",
        ID,
        '"email" TEXT NOT NULL',
        '"first_name" TEXT NOT NULL',
        '"last_name" TEXT NOT NULL',
        '"phone" TEXT',
        '"is_active" BOOLEAN NOT NULL DEFAULT true',
        CREATED_AT,
        UPDATED_AT,
        unique=[["email"]],
    ),
    table(
        "agency_groups",
        ID,
        '"name" TEXT NOT NULL',
        '"code" TEXT NOT NULL',
        CREATED_AT,
        UPDATED_AT,
        unique=[["name"], ["code"]],
    ),
    table(
        "subagencies",
        ID,
        '"agency_group_id" TEXT NOT NULL',
        '"name" TEXT NOT NULL',
        '"code" TEXT NOT NULL',
        CREATED_AT,
        UPDATED_AT,
        required("subagencies", "agency_group_id", "agency_groups"),
        unique=[["agency_group_id", "name"]],
    ),
    table(
        "agency_group_grants",
        ID,
        '"contact_id" TEXT NOT NULL',
        '"agency_group_id" TEXT NOT NULL',
        CREATED_AT,
        required("agency_group_grants", "contact_id", "contacts"),
        required("agency_group_grants", "agency_group_id", "agency_groups"),
        unique=[["contact_id", "agency_group_id"]],
    ),
    table(
        "subagency_grants",
        ID,
        '"contact_id" TEXT NOT NULL',
        '"subagency_id" TEXT NOT NULL',
        CREATED_AT,
        required("subagency_grants", "contact_id", "contacts"),
        required("subagency_grants", "subagency_id", "subagencies"),
        unique=[["contact_id", "subagency_id"]],
    ),
    table(
        "ndas",
        ID,
        '"display_id" SERIAL NOT NULL',
        '"company_name" TEXT NOT NULL',
        '"company_city" TEXT',
        '"company_state" TEXT',
        '"state_of_incorporation" TEXT',
        '"agency_group_id" TEXT NOT NULL',
        '"subagency_id" TEXT',
        '"agency_office_name" TEXT',
        '"abbreviated_name" TEXT NOT NULL',
        '"authorized_purpose" VARCHAR(255) NOT NULL',
        '"effective_date" TIMESTAMP(3)',
        '"usmax_position" "UsMaxPosition"',
        '"status" "NdaStatus" NOT NULL DEFAULT \'CREATED\'',
        '"fully_executed_date" TIMESTAMP(3)',
        '"opportunity_poc_id" TEXT NOT NULL',
        '"contracts_poc_id" TEXT',
        '"relationship_poc_id" TEXT NOT NULL',
        '"cloned_from_id" TEXT',
        '"created_by_id" TEXT NOT NULL',
        CREATED_AT,
        UPDATED_AT,
        required("ndas", "agency_group_id", "agency_groups"),
        optional("ndas", "subagency_id", "subagencies"),
        required("ndas", "opportunity_poc_id", "contacts"),
        optional("ndas", "contracts_poc_id", "contacts"),
        required("ndas", "relationship_poc_id", "contacts"),
        optional("ndas", "cloned_from_id", "ndas"),
        required("ndas", "created_by_id", "contacts"),
        unique=[["display_id"]],
        indexed=["agency_group_id", "subagency_id", "status", "company_name", "created_by_id", "effective_date"],
    ),
    table(
        "nda_status_history",
        ID,
        '"nda_id" TEXT NOT NULL',
        '"status" "NdaStatus" NOT NULL',
        '"changed_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP',
        '"changed_by_id" TEXT NOT NULL',
        required("nda_status_history", "nda_id", "ndas"),
        required("nda_status_history", "changed_by_id", "contacts"),
        indexed=["nda_id"],
    ),
    table(
        "documents",
        ID,
        '"nda_id" TEXT NOT NULL',
        '"filename" TEXT NOT NULL',
        '"s3_key" TEXT NOT NULL',
        '"document_type" "DocumentType" NOT NULL',
        '"content_type" TEXT',
        '"file_size" INTEGER',
        '"is_fully_executed" BOOLEAN NOT NULL DEFAULT false',
        '"version" INTEGER NOT NULL DEFAULT 1',
        '"uploaded_by_id" TEXT NOT NULL',
        '"uploaded_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP',
        required("documents", "nda_id", "ndas"),
        required("documents", "uploaded_by_id", "contacts"),
        indexed=["nda_id"],
    ),
    table(
        "audit_log",
        ID,
        '"action" TEXT NOT NULL',
        '"entity_type" TEXT NOT NULL',
        '"entity_id" TEXT',
        '"user_id" TEXT',
        '"details" JSONB',
        CREATED_AT,
        optional("audit_log", "user_id", "contacts"),
        indexed=["entity_id", "user_id", "created_at"],
    ),
]


def key():
    return models.TextField(default=new_id, editable=False, primary_key=True, serialize=False)


def required_link(to, related_name):
    return models.ForeignKey(to, models.RESTRICT, related_name=related_name, db_index=False)


def optional_link(to, related_name):
    return models.ForeignKey(to, models.SET_NULL, related_name=related_name, db_index=False, null=True, blank=True)


def model(name, *fields, **options):
    return migrations.CreateModel(name, [("id", key()), *fields], options=options)


CREATED = ("created_at", TimestampField(auto_now_add=True))
SAVED = (CREATED, ("updated_at", TimestampField(auto_now=True)))

MODELS = [
    model(
        "Contact",
        ("email", models.TextField(unique=True)),
        ("first_name", models.TextField()),
        ("last_name", models.TextField()),
        ("phone", models.TextField(blank=True, null=True)),
        ("is_active", models.BooleanField(db_default=True, default=True)),
        *SAVED,
        db_table="contacts",
    ),
    model(
        "AgencyGroup",
        ("name", models.TextField(unique=True)),
        ("code", models.TextField(unique=True)),
        *SAVED,
        db_table="agency_groups",
    ),
    model(
        "Subagency",
        ("agency_group", required_link("ndas.agencygroup", "subagencies")),
        ("name", models.TextField()),
        ("code", models.TextField()),
        *SAVED,
        db_table="subagencies",
        verbose_name_plural="subagencies",
        constraints=[
            models.UniqueConstraint(fields=["agency_group", "name"], name="subagencies_agency_group_id_name_key")
        ],
    ),
    model(
        "AgencyGroupGrant",
        ("contact", required_link("ndas.contact", "agency_group_grants")),
        ("agency_group", required_link("ndas.agencygroup", "grants")),
        CREATED,
        db_table="agency_group_grants",
        constraints=[
            models.UniqueConstraint(
                fields=["contact", "agency_group"], name="agency_group_grants_contact_id_agency_group_id_key"
            )
        ],
    ),
    model(
        "SubagencyGrant",
        ("contact", required_link("ndas.contact", "subagency_grants")),
        ("subagency", required_link("ndas.subagency", "grants")),
        CREATED,
        db_table="subagency_grants",
        constraints=[
            models.UniqueConstraint(
                fields=["contact", "subagency"], name="subagency_grants_contact_id_subagency_id_key"
            )
        ],
    ),
    model(
        "Nda",
        (
            "display_id",
            models.IntegerField(
                unique=True,
                editable=False,
                db_default=models.Func(models.Value("ndas_display_id_seq"), function="nextval"),
            ),
        ),
        ("company_name", models.TextField()),
        ("company_city", models.TextField(blank=True, null=True)),
        ("company_state", models.TextField(blank=True, null=True)),
        ("state_of_incorporation", models.TextField(blank=True, null=True)),
        ("agency_group", required_link("ndas.agencygroup", "ndas")),
        ("subagency", optional_link("ndas.subagency", "ndas")),
        ("agency_office_name", models.TextField(blank=True, null=True)),
        ("abbreviated_name", models.TextField()),
        ("authorized_purpose", models.CharField(max_length=255)),
        ("effective_date", TimestampField(blank=True, null=True)),
        ("usmax_position", EnumField(enum_type="UsMaxPosition", choices=USMAX_POSITION, null=True, blank=True)),
        ("status", EnumField(enum_type="NdaStatus", choices=NDA_STATUS, default="CREATED", db_default="CREATED")),
        ("fully_executed_date", TimestampField(blank=True, null=True)),
        ("opportunity_poc", required_link("ndas.contact", "opportunity_ndas")),
        ("contracts_poc", optional_link("ndas.contact", "contracts_ndas")),
        ("relationship_poc", required_link("ndas.contact", "relationship_ndas")),
        ("cloned_from", optional_link("ndas.nda", "clones")),
        ("created_by", required_link("ndas.contact", "created_ndas")),
        *SAVED,
        db_table="ndas",
        verbose_name="NDA",
        indexes=[
            models.Index(fields=["agency_group"], name="ndas_agency_group_id_idx"),
            models.Index(fields=["subagency"], name="ndas_subagency_id_idx"),
            models.Index(fields=["status"], name="ndas_status_idx"),
            models.Index(fields=["company_name"], name="ndas_company_name_idx"),
            models.Index(fields=["created_by"], name="ndas_created_by_id_idx"),
            models.Index(fields=["effective_date"], name="ndas_effective_date_idx"),
        ],
    ),
    model(
        "NdaStatusHistory",
        ("nda", required_link("ndas.nda", "status_history")),
        ("status", EnumField(enum_type="NdaStatus", choices=NDA_STATUS)),
        ("changed_at", TimestampField(auto_now_add=True)),
        ("changed_by", required_link("ndas.contact", "status_changes")),
        db_table="nda_status_history",
        verbose_name_plural="NDA status history",
        indexes=[models.Index(fields=["nda"], name="nda_status_history_nda_id_idx")],
    ),
    model(
        "Document",
        ("nda", required_link("ndas.nda", "documents")),
        ("filename", models.TextField()),
        ("s3_key", models.TextField()),
        ("document_type", EnumField(enum_type="DocumentType", choices=DOCUMENT_TYPE)),
        ("content_type", models.TextField(blank=True, null=True)),
        ("file_size", models.IntegerField(blank=True, null=True)),
        ("is_fully_executed", models.BooleanField(db_default=False, default=False)),
        ("version", models.IntegerField(db_default=1, default=1)),
        ("uploaded_by", required_link("ndas.contact", "uploads")),
        ("uploaded_at", TimestampField(auto_now_add=True)),
        db_table="documents",
        indexes=[models.Index(fields=["nda"], name="documents_nda_id_idx")],
    ),
    model(
        "AuditLog",
        ("action", models.TextField()),
        ("entity_type", models.TextField()),
        ("entity_id", models.TextField(blank=True, null=True)),
        ("user", optional_link("ndas.contact", "audit_entries")),
        ("details", models.JSONField(blank=True, null=True)),
        CREATED,
        db_table="audit_log",
        verbose_name_plural="audit log",
        indexes=[
            models.Index(fields=["entity_id"], name="audit_log_entity_id_idx"),
            models.Index(fields=["user"], name="audit_log_user_id_idx"),
            models.Index(fields=["created_at"], name="audit_log_created_at_idx"),
        ],
    ),
]


class Migration(migrations.Migration):
    initial = True
    dependencies = [("epic10", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(REGISTER, migrations.RunSQL.noop)], state_operations=MODELS
        )
    ]

    def unapply(self, project_state, schema_editor, collect_sql=False):
        if not router.allow_migrate(schema_editor.connection.alias, self.app_label):
            return super().unapply(project_state, schema_editor, collect_sql)
        raise CommandError(
            "ndas.0001_initial is the register itself and is never undone.\n"
            "HINT: python manage.py migrate ndas 0001 takes Epic 10 back and keeps the register."
        )
