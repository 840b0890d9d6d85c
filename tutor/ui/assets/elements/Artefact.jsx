// Something that was made and is kept: what, how big, where.
import { FolderCheck } from 'lucide-react'

export default function Artefact() {
  return (
    <Card kind="artefact" title={props.title} caption={props.caption}>
      <div className="t-row t-made"><FolderCheck size={22} aria-hidden="true" /><strong>{props.name}</strong><span className="t-small">{props.words.size}</span></div>
      <p className="t-small">{props.words.where}</p>
    </Card>
  )
}
