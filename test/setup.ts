import { afterEach, expect } from 'vitest'

const before = JSON.stringify([Object.getOwnPropertyNames(Object.prototype), Object.getOwnPropertyNames(Array.prototype)])

/** SEC-12: no parser of ours lets input reach a built-in prototype; looked at after every test. */
afterEach(() => {
  expect(JSON.stringify([Object.getOwnPropertyNames(Object.prototype), Object.getOwnPropertyNames(Array.prototype)])).toBe(before)
})
