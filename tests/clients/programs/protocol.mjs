// What every program does; protocol.py beside this file says it in words.
import readline from 'node:readline'

export const { APPLICATION, SEARCH_PATH, SCHEMA, PGAPPNAME } = process.env
const isLabelOf = /^[0-9A-Z]{5}$/

export async function serve(open) {
  let session
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { op, args } = JSON.parse(line)
    const began = performance.now()
    let answer
    try {
      if (op === 'open') {
        session = await open(...args)
        answer = {}
      } else answer = { value: (await session[op](...args)) ?? null }
    } catch (error) {
      answer = problem(error)
    }
    answer.ms = performance.now() - began
    process.stdout.write(JSON.stringify(answer) + '\n')
  }
  process.exit(0)
}

// What went wrong, with the causes that a driver or an object mapper has wrapped.
function problem(error) {
  let code = 'client'
  const said = []
  for (let each = error; each && said.length < 6; ) {
    said.push(String(each.message ?? JSON.stringify(each)))
    for (const known of [each.code, each.originalCode]) if (isLabelOf.test(known)) code = known
    each = each.meta?.driverAdapterError ?? each.cause
  }
  return { code, error: said.join(' | ').replace(/\s+/g, ' ').slice(-500) }
}

// The statement by which an NDA gets to a status.
export function step(label) {
  if (label === 'FULLY_EXECUTED') return 'execute'
  return approves(label) ? 'approve' : 'move'
}

export const approves = label => APPLICATION === 'new' && label === 'SENT_PENDING_SIGNATURE'

export function found(rows) {
  if (rows !== 1) throw new Error(`${rows} rows, and not one`)
}
