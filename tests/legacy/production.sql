-- The register as another tool's migrations left it in production, before Epic 10.
-- Next to what ndas.0001 knows, it holds what only production has: that tool's own
-- bookkeeping, roles, a column, an index and a default that Django never heard of.

CREATE TYPE "NdaStatus" AS ENUM ('CREATED', 'EMAILED', 'IN_REVISION', 'FULLY_EXECUTED', 'INACTIVE', 'CANCELLED');
CREATE TYPE "UsMaxPosition" AS ENUM ('PRIME', 'SUB', 'TEAMING', 'OTHER');
CREATE TYPE "DocumentType" AS ENUM ('GENERATED', 'UPLOADED', 'FULLY_EXECUTED');

CREATE TABLE "_prisma_migrations" (
    "id" VARCHAR(36) NOT NULL,
    "checksum" VARCHAR(64) NOT NULL,
    "finished_at" TIMESTAMPTZ,
    "migration_name" VARCHAR(255) NOT NULL,
    "logs" TEXT,
    "rolled_back_at" TIMESTAMPTZ,
    "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
    "applied_steps_count" INTEGER NOT NULL DEFAULT 0,

    PRIMARY KEY ("id")
);

CREATE TABLE "roles" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "roles_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "contacts" (
    "id" TEXT NOT NULL,
    "first_name" TEXT NOT NULL,
    "last_name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "phone" TEXT,
    "role_id" TEXT,
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "contacts_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "agency_groups" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "agency_groups_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "subagencies" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "agency_group_id" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "subagencies_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "agency_group_grants" (
    "id" TEXT NOT NULL,
    "contact_id" TEXT NOT NULL,
    "agency_group_id" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agency_group_grants_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "subagency_grants" (
    "id" TEXT NOT NULL,
    "contact_id" TEXT NOT NULL,
    "subagency_id" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "subagency_grants_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "ndas" (
    "id" TEXT NOT NULL,
    "display_id" SERIAL NOT NULL,
    "company_name" TEXT NOT NULL,
    "company_city" TEXT,
    "company_state" TEXT,
    "state_of_incorporation" TEXT,
    "agency_group_id" TEXT NOT NULL,
    "subagency_id" TEXT,
    "agency_office_name" TEXT,
    "abbreviated_name" TEXT NOT NULL,
    "authorized_purpose" VARCHAR(255) NOT NULL,
    "effective_date" TIMESTAMP(3),
    "usmax_position" "UsMaxPosition",
    "status" "NdaStatus" NOT NULL DEFAULT 'CREATED',
    "fully_executed_date" TIMESTAMP(3),
    "notes" TEXT NOT NULL DEFAULT '',
    "opportunity_poc_id" TEXT NOT NULL,
    "contracts_poc_id" TEXT,
    "relationship_poc_id" TEXT NOT NULL,
    "cloned_from_id" TEXT,
    "created_by_id" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "ndas_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "nda_status_history" (
    "id" TEXT NOT NULL,
    "nda_id" TEXT NOT NULL,
    "status" "NdaStatus" NOT NULL,
    "changed_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changed_by_id" TEXT NOT NULL,

    CONSTRAINT "nda_status_history_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "documents" (
    "id" TEXT NOT NULL,
    "nda_id" TEXT NOT NULL,
    "filename" TEXT NOT NULL,
    "s3_key" TEXT NOT NULL,
    "document_type" "DocumentType" NOT NULL,
    "content_type" TEXT,
    "file_size" INTEGER,
    "is_fully_executed" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,
    "uploaded_by_id" TEXT NOT NULL,
    "uploaded_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "documents_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "audit_log" (
    "id" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "entity_type" TEXT NOT NULL,
    "entity_id" TEXT,
    "user_id" TEXT,
    "details" JSONB,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "roles_name_key" ON "roles"("name");
CREATE UNIQUE INDEX "contacts_email_key" ON "contacts"("email");
CREATE UNIQUE INDEX "agency_groups_name_key" ON "agency_groups"("name");
CREATE UNIQUE INDEX "agency_groups_code_key" ON "agency_groups"("code");
CREATE UNIQUE INDEX "subagencies_agency_group_id_name_key" ON "subagencies"("agency_group_id", "name");
CREATE UNIQUE INDEX "agency_group_grants_contact_id_agency_group_id_key"
    ON "agency_group_grants"("contact_id", "agency_group_id");
CREATE UNIQUE INDEX "subagency_grants_contact_id_subagency_id_key"
    ON "subagency_grants"("contact_id", "subagency_id");
CREATE UNIQUE INDEX "ndas_display_id_key" ON "ndas"("display_id");
CREATE INDEX "ndas_agency_group_id_idx" ON "ndas"("agency_group_id");
CREATE INDEX "ndas_subagency_id_idx" ON "ndas"("subagency_id");
CREATE INDEX "ndas_status_idx" ON "ndas"("status");
CREATE INDEX "ndas_company_name_idx" ON "ndas"("company_name");
CREATE INDEX "ndas_created_by_id_idx" ON "ndas"("created_by_id");
CREATE INDEX "ndas_effective_date_idx" ON "ndas"("effective_date");
CREATE INDEX "nda_status_history_nda_id_idx" ON "nda_status_history"("nda_id");
CREATE INDEX "documents_nda_id_idx" ON "documents"("nda_id");
CREATE INDEX "documents_document_type_idx" ON "documents"("document_type");
CREATE INDEX "audit_log_entity_id_idx" ON "audit_log"("entity_id");
CREATE INDEX "audit_log_user_id_idx" ON "audit_log"("user_id");
CREATE INDEX "audit_log_created_at_idx" ON "audit_log"("created_at");

ALTER TABLE "contacts" ADD CONSTRAINT "contacts_role_id_fkey"
    FOREIGN KEY ("role_id") REFERENCES "roles"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "subagencies" ADD CONSTRAINT "subagencies_agency_group_id_fkey"
    FOREIGN KEY ("agency_group_id") REFERENCES "agency_groups"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "agency_group_grants" ADD CONSTRAINT "agency_group_grants_contact_id_fkey"
    FOREIGN KEY ("contact_id") REFERENCES "contacts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "agency_group_grants" ADD CONSTRAINT "agency_group_grants_agency_group_id_fkey"
    FOREIGN KEY ("agency_group_id") REFERENCES "agency_groups"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "subagency_grants" ADD CONSTRAINT "subagency_grants_contact_id_fkey"
    FOREIGN KEY ("contact_id") REFERENCES "contacts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "subagency_grants" ADD CONSTRAINT "subagency_grants_subagency_id_fkey"
    FOREIGN KEY ("subagency_id") REFERENCES "subagencies"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "ndas" ADD CONSTRAINT "ndas_agency_group_id_fkey"
    FOREIGN KEY ("agency_group_id") REFERENCES "agency_groups"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "ndas" ADD CONSTRAINT "ndas_subagency_id_fkey"
    FOREIGN KEY ("subagency_id") REFERENCES "subagencies"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "ndas" ADD CONSTRAINT "ndas_opportunity_poc_id_fkey"
    FOREIGN KEY ("opportunity_poc_id") REFERENCES "contacts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "ndas" ADD CONSTRAINT "ndas_contracts_poc_id_fkey"
    FOREIGN KEY ("contracts_poc_id") REFERENCES "contacts"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "ndas" ADD CONSTRAINT "ndas_relationship_poc_id_fkey"
    FOREIGN KEY ("relationship_poc_id") REFERENCES "contacts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "ndas" ADD CONSTRAINT "ndas_cloned_from_id_fkey"
    FOREIGN KEY ("cloned_from_id") REFERENCES "ndas"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "ndas" ADD CONSTRAINT "ndas_created_by_id_fkey"
    FOREIGN KEY ("created_by_id") REFERENCES "contacts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "nda_status_history" ADD CONSTRAINT "nda_status_history_nda_id_fkey"
    FOREIGN KEY ("nda_id") REFERENCES "ndas"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "nda_status_history" ADD CONSTRAINT "nda_status_history_changed_by_id_fkey"
    FOREIGN KEY ("changed_by_id") REFERENCES "contacts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "documents" ADD CONSTRAINT "documents_nda_id_fkey"
    FOREIGN KEY ("nda_id") REFERENCES "ndas"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "documents" ADD CONSTRAINT "documents_uploaded_by_id_fkey"
    FOREIGN KEY ("uploaded_by_id") REFERENCES "contacts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "audit_log" ADD CONSTRAINT "audit_log_user_id_fkey"
    FOREIGN KEY ("user_id") REFERENCES "contacts"("id") ON DELETE SET NULL ON UPDATE CASCADE;
