// Text as the pieces the model reads. Two tints alternate so that borders show; each piece has its number.
export default function Tokens() {
  const w = props.words
  const [ids, setIds] = useState(false)
  const grade = (t) => (t.graded === true ? ' t-yes' : t.graded === false ? ' t-no' : '')
  const show = (text) => text.replace(/\n/g, '↵\n')
  return (
    <Card kind="tokens" title={props.title} caption={props.caption}>
      <p className="t-row t-small"><span>{w.count}</span>
        <label className="t-switch"><input type="checkbox" checked={ids} onChange={() => setIds(!ids)} /> {w.ids}</label></p>
      <div className="t-tokens" aria-hidden="true">
        {props.tokens.map((t, i) => (
          <span key={i} className={'t-token t-tint-' + (i % 2) + grade(t)} title={(i + 1) + ' · ' + w.id + ' ' + t.id}>
            <b className="t-serif">{show(t.text)}</b>{ids ? <small>{t.id}</small> : null}
          </span>
        ))}
      </div>
      <details className="t-figures">
        <summary>{w.list}</summary>
        <div className="t-scroll"><table>
          <thead><tr><th scope="col">#</th><th scope="col">{w.token}</th><th scope="col">{w.id}</th></tr></thead>
          <tbody>{props.tokens.map((t, i) => <tr key={i}><td>{i + 1}</td><td className="t-serif">{show(t.text)}</td><td>{t.id}</td></tr>)}</tbody>
        </table></div>
      </details>
    </Card>
  )
}
