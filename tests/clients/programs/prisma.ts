// Prisma 7 with the driver adapter; it writes the schema in front of every name of a table or type.
import { PrismaPg } from '@prisma/adapter-pg'
import { APPLICATION, SCHEMA, approves, found, serve } from './protocol.mjs'

const { PrismaClient } = await import(`./generated/${APPLICATION}/client.ts`)

serve(async ({ agency, author, approver }: any) => {
  const adapter = new PrismaPg(
    // What is written as raw SQL is for the search_path, which ?schema= does not set with an adapter.
    { max: 1, idleTimeoutMillis: 0, options: `-c search_path=${SCHEMA},public` },
    { schema: SCHEMA },
  )
  const prisma = new PrismaClient({ adapter })
  const patience = { maxWait: 60_000, timeout: 60_000 }
  const year = 365 * 24 * 3600 * 1000
  const ends = () => (APPLICATION === 'new' ? { expirationDate: new Date(Date.now() + year) } : {})
  const pair = (row: any) => [row.status, row.usMaxPosition]
  const base = (id: string, companyName: string) => ({
    id, companyName, agencyGroupId: agency, abbreviatedName: 'X', authorizedPurpose: 'p',
    opportunityPocId: author, relationshipPocId: author, createdById: author,
  })
  return {
    by_status: async (status: string) =>
      (await prisma.nda.findMany({ where: { status }, orderBy: { displayId: 'asc' }, take: 10 })).length,
    one_of: async (statuses: string[], positions: string[]) =>
      (await prisma.nda.findMany({
        where: { status: { in: statuses }, usMaxPosition: { in: positions } }, take: 10, include: { history: true, createdBy: true },
      })).length,
    by_cast: async (status: string) =>
      (await prisma.$queryRaw`SELECT id, status FROM ndas WHERE status = ${status}::"NdaStatus" LIMIT 5` as any).length,
    any_of: async (statuses: string[]) =>
      (await prisma.$queryRaw`SELECT count(*)::int AS number FROM ndas WHERE status = ANY(${statuses}::"NdaStatus"[])` as any)[0].number,
    statuses: async () => (await prisma.nda.groupBy({ by: ['status'], _count: true })).map((row: any) => row.status),
    history: async (ndaId: string) => (await prisma.ndaStatusHistory.findMany({ where: { ndaId } })).map((row: any) => row.status),
    one: async (id: string) => pair(await prisma.nda.findUniqueOrThrow({ where: { id } })),
    whole: async (id: string) => {
      const [row] = await prisma.$queryRaw`SELECT * FROM ndas WHERE id = ${id}` as any
      return [row.status, row.usmax_position]
    },
    create: async (id: string, name: string, usMaxPosition: any, history: string) => {
      const record = { id: history, status: 'CREATED', changedById: author }
      await prisma.nda.create({ data: { ...base(id, name), usMaxPosition, history: { create: record } } })
    },
    move: (id: string, status: any, history: string) =>
      prisma.$transaction(async (tx: any) => {
        const executed = status === 'FULLY_EXECUTED' ? { fullyExecutedDate: new Date(), ...ends() } : {}
        const approved = approves(status) ? { approvedById: approver, approvedAt: new Date() } : {}
        await tx.nda.update({ where: { id }, data: { status, ...executed, ...approved } })
        await tx.ndaStatusHistory.create({ data: { id: history, ndaId: id, status, changedById: author } })
      }, patience).then(() => null),
    put: async (id: string, status: any, usMaxPosition: any) => {
      await prisma.nda.upsert({
        where: { id }, update: { status, usMaxPosition }, create: { ...base(id, 'Put Inc.'), status, usMaxPosition },
      })
    },
    swap: (id: string, before: any, status: any) =>
      prisma.$transaction(async (tx: any) => {
        await tx.$queryRaw`SELECT id, status FROM ndas WHERE id = ${id} FOR UPDATE`
        found((await tx.nda.updateMany({ where: { id, status: before }, data: { status } })).count)
      }, patience).then(() => null),
    place: async (id: string, usMaxPosition: any) => {
      await prisma.nda.update({ where: { id }, data: { usMaxPosition } })
    },
    rename: async (id: string, companyName: string) => {
      await prisma.nda.update({ where: { id }, data: { companyName }, select: { id: true } })
    },
  }
})
