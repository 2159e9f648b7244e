import { createLink, type LinkComponent } from '@tanstack/react-router'
import { type AnchorHTMLAttributes, forwardRef } from 'react'

const Anchor = forwardRef<HTMLAnchorElement, AnchorHTMLAttributes<HTMLAnchorElement>>((props, ref) => <a ref={ref} {...props} className="text-link" />)
Anchor.displayName = 'Anchor'
const Created = createLink(Anchor)
/** A link inside Whittle. */
export const TextLink: LinkComponent<typeof Anchor> = (props) => <Created preload={false} {...props} />
