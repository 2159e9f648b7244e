import { expect, test } from 'vitest'
import { canonicalHash, canonicalText } from '../../clouds/canonical.ts'

test('equal values have equal hashes whatever the order of their keys', () => {
  expect(canonicalText({ b: 1, a: [null, 'x'] })).toBe('{"a":[null,"x"],"b":1}')
  expect(canonicalHash({ b: 1, a: 2 })).toBe(canonicalHash({ a: 2, b: 1 }))
  expect(canonicalHash({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a')
})
