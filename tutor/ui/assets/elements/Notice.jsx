// Something to know before going on; the level is said, not only coloured.
import { Info, TriangleAlert } from 'lucide-react'

export default function Notice() {
  const Icon = props.level === 'warning' ? TriangleAlert : Info
  return (
    <div className={'t-notice t-' + props.level} role="note" aria-label={props.words.level} data-testid="notice">
      <Icon size={18} aria-hidden="true" />
      <Words>{props.text}</Words>
    </div>
  )
}
