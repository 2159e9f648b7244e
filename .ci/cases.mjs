// Prints how many cases a test project passed; exits 1 when fewer than the minimum passed or any failed or was skipped.
import { readFileSync } from 'node:fs'
const [file, minimum] = process.argv.slice(2)
try {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(file, 'utf8'))
  const skipped = numPendingTests + numTodoTests
  console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${skipped} skipped (minimum ${minimum})`)
  process.exit(numPassedTests >= Number(minimum) && numFailedTests === 0 && skipped === 0 ? 0 : 1)
} catch (error) {
  console.log(`0 passed, 1 failed, 0 skipped (${file} cannot be read: the run did not finish; ${error.code ?? error.message})`)
  process.exit(1)
}
