// What the model sees coming: a bar a word. It is a table, so that it can be read aloud.
export default function Probabilities() {
  const w = props.words
  const rows = props.rest.share > 0.0005 ? [...props.options, { ...props.rest, rest: true }] : props.options
  return (
    <Card kind="probabilities" title={props.title} caption={props.caption}>
      {props.prompt ? <p className="t-prompt t-serif">{props.prompt} <span className="t-blank" aria-hidden="true">…</span></p> : null}
      <table className="t-bars">
        <thead className="t-hidden"><tr><th scope="col">{w.option}</th><th scope="col">{w.share}</th></tr></thead>
        <tbody>
          {rows.map((o, i) => (
            <tr key={i} className={o.rest ? 't-rest' : ''}>
              <th scope="row" className={o.rest ? '' : 't-serif'}>{o.text}</th>
              <td><span className="t-track" aria-hidden="true"><i style={{ width: Math.max(0.5, o.share * 100) + '%' }} /></span><span className="t-value">{o.label}</span></td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  )
}
