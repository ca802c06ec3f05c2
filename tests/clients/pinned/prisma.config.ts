import { defineConfig } from 'prisma/config'
// Nothing is read from a database.
export default defineConfig({ datasource: { url: 'postgresql:///' } })
