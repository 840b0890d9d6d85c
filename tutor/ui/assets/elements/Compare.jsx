// The same beginning, continued by several hands, side by side.
export default function Compare() {
  return (
    <Card kind="compare" title={props.title} caption={props.caption}>
      {props.prompt ? <p className="t-prompt"><span className="t-small">{props.words.prompt}</span> <span className="t-serif">{props.prompt}</span></p> : null}
      <div className="t-columns">
        {props.columns.map((c, i) => (
          <article key={i} className={'t-column t-role-' + c.role}>
            <h4>{c.role === 'plain' ? null : <Swatch role={c.role} />}{c.label}</h4>
            <p className="t-serif t-pre">{c.text}</p>
          </article>
        ))}
      </div>
    </Card>
  )
}
