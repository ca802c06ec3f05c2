// postgres.js: tagged templates, each prepared by itself; one connection.
import os from 'node:os'
import postgres from 'postgres'
import { APPLICATION, PGAPPNAME, SEARCH_PATH, approves, found, serve } from './protocol.mjs'

serve(async ({ agency, author, approver }) => {
  const sql = postgres({
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    user: process.env.PGUSER ?? os.userInfo().username,
    onnotice: () => {},
    connection: { search_path: SEARCH_PATH, application_name: PGAPPNAME },
  })
  const now = sql`now() AT TIME ZONE 'UTC'`
  const pair = row => [row.status, row.usmax_position]
  const ends = APPLICATION === 'new' ? sql`, expiration_date = ${now} + interval '1 year'` : sql``
  const executed = label => (label === 'FULLY_EXECUTED' ? sql`, fully_executed_date = ${now} ${ends}` : sql``)
  const approved = label => (approves(label) ? sql`, approved_by_id = ${approver}, approved_at = ${now}` : sql``)
  const record = (sql, id, nda_id, status) =>
    sql`INSERT INTO nda_status_history ${sql({ id, nda_id, status, changed_by_id: author })}`
  return {
    by_status: async status => (await sql`SELECT id, status FROM ndas WHERE status = ${status} ORDER BY display_id LIMIT 10`).length,
    one_of: async (statuses, positions) =>
      (await sql`SELECT id FROM ndas WHERE status IN ${sql(statuses)} AND usmax_position IN ${sql(positions)} LIMIT 10`).length,
    by_cast: async status => (await sql`SELECT id FROM ndas WHERE status = ${status}::"NdaStatus" LIMIT 5`).length,
    any_of: async statuses =>
      Number((await sql`SELECT count(*) FROM ndas WHERE status = ANY(${statuses}::"NdaStatus"[])`)[0].count),
    statuses: async () => (await sql`SELECT status, count(*) FROM ndas GROUP BY status`).map(row => row.status),
    history: async id => (await sql`SELECT status FROM nda_status_history WHERE nda_id = ${id}`).map(row => row.status),
    one: async id => pair((await sql`SELECT status, usmax_position FROM ndas WHERE id = ${id}`)[0]),
    whole: async id => pair((await sql`SELECT * FROM ndas WHERE id = ${id}`)[0]),
    create: (id, company_name, usmax_position, history) =>
      sql.begin(async sql => {
        const nda = {
          id, company_name, usmax_position, agency_group_id: agency, abbreviated_name: 'X', authorized_purpose: 'p',
          opportunity_poc_id: author, relationship_poc_id: author, created_by_id: author, updated_at: new Date().toISOString(),
        }
        await sql`INSERT INTO ndas ${sql(nda)} RETURNING id, status`
        await record(sql, history, id, 'CREATED')
      }).then(() => null),
    move: (id, label, history) =>
      sql.begin(async sql => {
        found((await sql`UPDATE ndas SET status = ${label}, updated_at = ${now} ${executed(label)} ${approved(label)} WHERE id = ${id}`).count)
        await record(sql, history, id, label)
      }).then(() => null),
    put: async (id, label, position) =>
      found((await sql`
        INSERT INTO ndas (id, company_name, agency_group_id, abbreviated_name, authorized_purpose, status, usmax_position,
                          opportunity_poc_id, relationship_poc_id, created_by_id, updated_at)
        VALUES (${id}, 'Put Inc.', ${agency}, 'X', 'p', ${label}, ${position}, ${author}, ${author}, ${author}, ${now})
        ON CONFLICT (id) DO UPDATE SET status = excluded.status, usmax_position = excluded.usmax_position,
                                       updated_at = excluded.updated_at
        RETURNING *`).length),
    swap: (id, before, label) =>
      sql.begin(async sql => {
        await sql`SELECT id, status FROM ndas WHERE id = ${id} FOR UPDATE`
        found((await sql`UPDATE ndas SET status = ${label}, updated_at = ${now} WHERE id = ${id} AND status = ${before}`).count)
      }).then(() => null),
    place: async (id, position) => found((await sql`UPDATE ndas SET usmax_position = ${position}, updated_at = ${now} WHERE id = ${id}`).count),
    rename: async (id, name) => found((await sql`UPDATE ndas SET company_name = ${name}, updated_at = ${now} WHERE id = ${id}`).count),
  }
})
