// node-postgres: a pool of one connection, each statement named, and so prepared once.
import pg from 'pg'
import { SEARCH_PATH, found, serve, step } from './protocol.mjs'

serve(async (refs, statements) => {
  const pool = new pg.Pool({ max: 1, idleTimeoutMillis: 0, options: `-c search_path=${SEARCH_PATH}` })
  const run = (name, values = [], on = pool) => on.query({ name, text: statements[name], values })
  const rows = async (name, values) => (await run(name, values)).rows
  const transaction = async work => {
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await work((name, values) => run(name, values, client))
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    } finally {
      client.release()
    }
  }
  const pair = row => [row.status, row.usmax_position]
  return {
    by_status: async status => (await rows('by_status', [status])).length,
    one_of: async (statuses, positions) => (await rows('one_of', [...statuses, ...positions])).length,
    by_cast: async status => (await rows('by_cast', [status])).length,
    any_of: async statuses => Number((await rows('any_of', [statuses]))[0].count),
    statuses: async () => (await rows('statuses')).map(row => row.status),
    history: async id => (await rows('history', [id])).map(row => row.status),
    one: async id => pair((await rows('one', [id]))[0]),
    whole: async id => pair((await rows('whole', [id]))[0]),
    create: (id, name, position, history) =>
      transaction(async run => {
        await run('create', [id, name, position])
        await run('record', [history, id, 'CREATED'])
      }),
    move: (id, label, history) =>
      transaction(async run => {
        found((await run(step(label), [label, id])).rowCount)
        await run('record', [history, id, label])
      }),
    put: async (id, label, position) => found((await rows('put', [id, label, position])).length),
    swap: (id, before, label) =>
      transaction(async run => {
        await run('lock', [id])
        found((await run('swap', [label, id, before])).rowCount)
      }),
    place: async (id, position) => found((await run('place', [position, id])).rowCount),
    rename: async (id, name) => found((await run('rename', [name, id])).rowCount),
  }
})
