-- Pre-Epic-10 rows, one for each thing the release must not get wrong.

INSERT INTO contacts (id, email, first_name, last_name, created_at, updated_at) VALUES
    ('c-1', 'dana.duarte@usmax.example', 'Dana', 'Duarte', '2019-01-02 09:00', '2019-01-02 09:00'),
    ('c-2', 'jonas.ivers@usmax.example', 'Jonas', 'Ivers', '2019-01-02 09:00', '2019-01-02 09:00');
INSERT INTO agency_groups (id, name, code, created_at, updated_at) VALUES
    ('g-1', 'Department of Energy', 'DOE', '2019-01-02 09:00', '2019-01-02 09:00');
INSERT INTO subagencies (id, agency_group_id, name, code, created_at, updated_at) VALUES
    ('s-1', 'g-1', 'Research Laboratory', 'LAB', '2019-01-02 09:00', '2019-01-02 09:00');
INSERT INTO agency_group_grants (id, contact_id, agency_group_id) VALUES ('ag-1', 'c-1', 'g-1');
INSERT INTO subagency_grants (id, contact_id, subagency_id) VALUES ('sg-1', 'c-2', 's-1');

INSERT INTO ndas (id, company_name, usmax_position, status, fully_executed_date, cloned_from_id,
                  agency_group_id, subagency_id, abbreviated_name, authorized_purpose,
                  opportunity_poc_id, relationship_poc_id, created_by_id, created_at, updated_at)
SELECT id, company, position::"UsMaxPosition", status::"NdaStatus", executed::timestamp(3), source,
       'g-1', 's-1', upper(left(company, 6)), 'Exchange of technical data', 'c-1', 'c-2', 'c-1',
       '2019-03-01 10:00', '2019-03-01 10:00'
  FROM (VALUES
    ('n-01', 'Every status: created',      'PRIME',   'CREATED',        NULL,                      NULL),
    ('n-02', 'Every status: emailed',      'SUB',     'EMAILED',        NULL,                      NULL),
    ('n-03', 'Every status: in revision',  'TEAMING', 'IN_REVISION',    NULL,                      NULL),
    ('n-04', 'Every status: executed',     'OTHER',   'FULLY_EXECUTED', '2023-05-04 16:20:01.234', NULL),
    ('n-05', 'Every status: inactive',     'PRIME',   'INACTIVE',       NULL,                      NULL),
    ('n-06', 'Every status: cancelled',    'PRIME',   'CANCELLED',      NULL,                      NULL),
    ('n-07', 'No position',                NULL,      'EMAILED',        NULL,                      NULL),
    ('n-08', 'Signed on a leap day',       'SUB',     'FULLY_EXECUTED', '2024-02-29 15:00',        NULL),
    ('n-09', 'Signed at its last instant', NULL,      'FULLY_EXECUTED', '2024-02-29 23:59:59.999', NULL),
    ('n-10', 'Signed the day before it',   'SUB',     'FULLY_EXECUTED', '2024-02-28 23:59:59.999', NULL),
    ('n-11', 'Signed a year before it',    'SUB',     'FULLY_EXECUTED', '2023-02-28 00:00',        NULL),
    ('n-12', 'Signed, inactive since',     'TEAMING', 'INACTIVE',       '2021-07-01 12:00',        'n-04'),
    ('n-13', 'Executed without a date',    'PRIME',   'FULLY_EXECUTED', NULL,                      'n-12')
  ) AS nda (id, company, position, status, executed, source);

INSERT INTO nda_status_history (id, nda_id, status, changed_at, changed_by_id)
SELECT 'h-' || id || '-1', id, 'CREATED'::"NdaStatus", created_at, 'c-1' FROM ndas
UNION ALL
SELECT 'h-' || id || '-2', id, status, coalesce(fully_executed_date, created_at + interval '9 days'), 'c-2'
  FROM ndas WHERE status <> 'CREATED';
INSERT INTO documents (id, nda_id, filename, s3_key, document_type, is_fully_executed, uploaded_by_id)
SELECT 'd-' || id, id, id || '.pdf', 'ndas/' || id || '.pdf', 'FULLY_EXECUTED', true, 'c-1'
  FROM ndas WHERE status = 'FULLY_EXECUTED';
INSERT INTO audit_log (id, action, entity_type, entity_id, user_id, details)
SELECT 'a-' || id, 'nda_created', 'nda', id, 'c-1', '{"before": null, "after": "CREATED"}' FROM ndas;
