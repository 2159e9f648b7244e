import { Badge, Group, Stack, Text } from '@mantine/core'
import type { ChangeView, DiffLine } from '../../model/views.ts'

const classes = { ' ': '', '-': 'minus', '+': 'plus' } as const

/** Before and after, line by line; signs are text, so the meaning does not hang on colour. */
export function Diff({ lines, label }: { readonly lines: readonly DiffLine[]; readonly label: string }) {
  return (
    <pre className="diff" tabIndex={0} aria-label={label}>
      {lines.map((line, index) => <span key={index} className={classes[line.sign]}>{line.sign} {line.text}</span>)}
    </pre>
  )
}

/** Every change of a plan with its diff. */
export function Changes({ changes }: { readonly changes: readonly ChangeView[] }) {
  return (
    <Stack gap="sm">
      {changes.map((change) => (
        <div key={change.target}>
          <Group gap="xs" mb={6} wrap="wrap">
            <Badge variant="outline" color="gray" radius="sm" tt="none">{change.kind}</Badge>
            <Text size="sm" style={{ overflowWrap: 'anywhere', minWidth: 0 }}><code>{change.target}</code></Text>
          </Group>
          <Diff lines={change.diff} label={`what changes at ${change.target}`} />
        </div>
      ))}
    </Stack>
  )
}
