// A question of the course. The key is not here: the session grades and sends the verdict.
import { ArrowDown, ArrowUp, Check, CircleDashed, Minus, X } from 'lucide-react'

const LETTERS = 'abcdefghijklmnop'
const OUTCOME = { correct: Check, partial: CircleDashed, wrong: X, unclear: Minus }

export default function Question() {
  const w = props.words, verdict = props.verdict, id = useId()
  const ordering = props.format === 'order', several = props.format === 'multiple'
  const written = props.format === 'number' || props.format === 'open'
  const [answer, setAnswer] = useState(ordering ? props.options.map((o) => o.id) : written ? '' : [])
  const [busy, setBusy] = useState(false)
  const done = verdict !== null
  useEffect(() => setBusy(false), [verdict, props.submission])
  const given = done ? (Array.isArray(verdict.chosen) || written ? verdict.chosen : [verdict.chosen]) : answer
  const text = Object.fromEntries(props.options.map((o) => [o.id, o.text]))
  const ready = ordering || (written ? answer.trim() !== '' : answer.length > 0)
  const submit = async (event) => {
    event.preventDefault()
    if (!ready || busy || done) return
    setBusy(true)
    try { await act({ name: 'answer', args: { item: props.item, submission: props.submission, answer: written ? answer.trim() : answer } }) }
    catch (error) { setBusy(false) }
  }
  const move = (place, by) => {
    const next = [...answer]; const [moved] = next.splice(place, 1); next.splice(place + by, 0, moved); setAnswer(next)
  }
  const toggle = (option) => setAnswer(!several ? [option] : answer.includes(option) ? answer.filter((o) => o !== option) : [...answer, option])
  const mark = (option) => {
    const mine = given.includes(option), right = done && verdict.right.includes(option)
    return (
      <span className="t-marks">
        {done && mine ? <em>{w.yours}</em> : null}
        {right ? <em className="t-right"><Check size={14} aria-hidden="true" /> {w.right}</em> : null}
      </span>
    )
  }
  const Outcome = done ? OUTCOME[verdict.outcome] : null
  return (
    <form className={'t-card t-question' + (done ? ' t-done t-' + verdict.outcome : '')} onSubmit={submit} data-testid="question" data-format={props.format}>
      <div className="t-stem" id={id}><Words>{props.stem}</Words></div>
      {several && !done ? <p className="t-small">{w.several}</p> : null}

      {!written && !ordering ? (
        <div role={several ? 'group' : 'radiogroup'} aria-labelledby={id} className="t-options">
          {props.options.map((option, i) => (
            <label key={option.id} className={'t-option' + (given.includes(option.id) ? ' t-on' : '') + (done && verdict.right.includes(option.id) ? ' t-is-right' : '')}>
              <input type={several ? 'checkbox' : 'radio'} name={id} checked={given.includes(option.id)} disabled={done || busy}
                onChange={() => toggle(option.id)} />
              <kbd aria-hidden="true">{LETTERS[i]}</kbd><span className="t-option-text">{option.text}</span>{mark(option.id)}
            </label>
          ))}
        </div>
      ) : null}

      {ordering ? (
        <ol className="t-options" aria-labelledby={id}>
          {(Array.isArray(given) && given.length ? given : answer).map((option, i) => (
            <li key={option} className="t-option">
              <kbd aria-hidden="true">{i + 1}</kbd><span className="t-option-text">{text[option]}</span>
              {!done ? (
                <span className="t-moves">
                  <button type="button" disabled={i === 0 || busy} aria-label={w.up + ': ' + text[option]} onClick={() => move(i, -1)}><ArrowUp size={16} /></button>
                  <button type="button" disabled={i === answer.length - 1 || busy} aria-label={w.down + ': ' + text[option]} onClick={() => move(i, 1)}><ArrowDown size={16} /></button>
                </span>
              ) : null}
            </li>
          ))}
        </ol>
      ) : null}
      {ordering && done && verdict.outcome !== 'correct' && verdict.right.length ? <p className="t-small">{w.right_order} {verdict.right.map((o) => text[o]).join(' → ')}</p> : null}

      {props.format === 'number' ? (
        <input className="t-field" inputMode="decimal" autoComplete="off" aria-labelledby={id} placeholder={w.number} disabled={done || busy}
          value={done ? verdict.chosen : answer} onChange={(e) => setAnswer(e.target.value)} />
      ) : null}
      {props.format === 'open' && !done ? (
        <textarea className="t-field t-serif" rows={3} aria-labelledby={id} placeholder={w.open} disabled={busy} value={answer}
          onChange={(e) => setAnswer(e.target.value)} onKeyDown={(e) => { if (e.key === 'Enter' && (e.metaKey || e.ctrlKey)) submit(e) }} />
      ) : null}
      {props.format === 'open' && done ? <blockquote className="t-serif">{verdict.chosen}</blockquote> : null}

      {done ? (
        <div className="t-verdict" role="status" data-testid="verdict">
          <strong><Outcome size={18} aria-hidden="true" /> {verdict.label}</strong>
          <Words>{verdict.feedback}</Words>
          {verdict.model ? <><p className="t-small">{w.model}</p><Words>{verdict.model}</Words></> : null}
        </div>
      ) : (
        <div className="t-controls">
          <button type="submit" className="t-choice t-main" disabled={!ready || busy}>{w.answer}</button>
          {props.hint ? <button type="button" className="t-choice" disabled={busy} onClick={() => act({ name: 'hint', args: { item: props.item } }, w.hint)}>{w.hint}</button> : null}
        </div>
      )}
    </form>
  )
}
