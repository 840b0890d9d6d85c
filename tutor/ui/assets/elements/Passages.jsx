// Pieces of text, in the serif that is kept for the learner's words, each with where it comes from.
const LONG = 420

function Passage({ passage }) {
  const [open, setOpen] = useState(false)
  const long = passage.text.length > LONG
  const text = long && !open ? passage.text.slice(0, LONG).replace(/\s+\S*$/, '') + ' …' : passage.text
  return (
    <figure className={'t-passage t-role-' + passage.role}>
      <blockquote className="t-serif t-pre">{text}</blockquote>
      <figcaption>
        {[passage.source, passage.where].filter(Boolean).join(' · ')}
        {long ? <button type="button" className="t-link" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? props.words.less : props.words.more}</button> : null}
      </figcaption>
    </figure>
  )
}

export default function Passages() {
  return (
    <Card kind="passages" title={props.title} caption={props.caption}>
      {props.passages.map((passage, i) => <Passage key={i} passage={passage} />)}
    </Card>
  )
}
