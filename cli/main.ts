import { run } from './program.ts'

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // because `whittle … | head` closes the pipe: the reader has what it wanted
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})
process.exitCode = await run(process.argv.slice(2))
