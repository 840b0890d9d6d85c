// A file the learner brought, as it was named.
import { FileText } from 'lucide-react'

export default function Attachment() {
  return (
    <div className="t-file" data-testid="attachment">
      <FileText size={18} aria-hidden="true" /><span>{props.name}</span><small>{props.size}</small>
    </div>
  )
}
