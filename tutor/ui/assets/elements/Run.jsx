// A run that goes on by itself: it asks the server how it stands, so a reload or a restart changes nothing.
export default function Run() {
  const w = props.words
  const [run, setRun] = useState(null)
  const [lost, setLost] = useState('')
  const [sure, setSure] = useState(null)
  const [again, setAgain] = useState(0)
  useEffect(() => {
    let alive = true, timer = null
    const ask = async () => {
      try {
        const answer = await fetch('/api/runs/' + encodeURIComponent(props.run))
        if (!alive) return
        if (answer.status === 404) return setLost(w.gone)
        if (!answer.ok) throw new Error(answer.status)
        const view = await answer.json()
        if (!alive) return
        setRun(view); setLost('')
        timer = setTimeout(ask, view.state === 'running' ? 1000 : 5000)
      } catch (error) { if (alive) { setLost(w.lost); timer = setTimeout(ask, 3000) } }
    }
    ask()
    return () => { alive = false; clearTimeout(timer) }
  }, [props.run, again])
  if (!run) return <section className="t-card t-run" data-testid="run"><h3 className="t-title">{props.title}</h3><p className="t-small" role="status">{lost || '…'}</p></section>
  const control = async (c) => { setSure(null); await act(c.intent, c.label); setTimeout(() => setAgain(again + 1), 400) }
  const percent = Math.round(run.share * 100)
  return (
    <section className={'t-card t-run t-' + run.state} aria-label={props.title} data-testid="run" data-state={run.state}>
      <header className="t-row"><h3 className="t-title">{props.title}</h3><span className="t-state" data-testid="run-state">{run.state_label}</span></header>
      <div className="t-bar" role="progressbar" aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100} aria-label={run.share_label}><i style={{ width: percent + '%' }} /></div>
      <p className="t-row t-small"><span>{run.share_label}</span><span>{run.time}</span></p>
      {run.curves.some((c) => c.points.length > 1) ? <Plot form="line" series={run.curves} x={w.x} y={w.y} label={w.title + '. ' + run.caption} /> : null}
      <p className="t-caption t-now" aria-live="polite">{run.caption}</p>
      {run.notices.map((n, i) => <div key={i} className={'t-notice t-' + n.level}><Words>{n.text}</Words></div>)}
      {run.error ? <div className="t-notice t-warning"><Words>{run.error.what + ' ' + run.error.why + '\n\n' + run.error.next}</Words></div> : null}
      {run.samples.length ? (
        <details className="t-samples" open={run.state !== 'done'}>
          <summary>{w.samples}</summary>
          {run.samples[0].prompt ? <p className="t-small">{w.prompt} <span className="t-serif">{run.samples[0].prompt}</span></p> : null}
          <ol>{run.samples.map((s, i) => <li key={i}><span className="t-share">{s.label}</span><span className="t-serif">{s.text}</span></li>)}</ol>
        </details>
      ) : null}
      {run.curves.some((c) => c.points.length > 1) ? <Figures label={w.table} series={run.curves} x={w.x} /> : null}
      {lost ? <p className="t-small" role="status">{lost}</p> : null}
      {sure ? (
        <div className="t-controls" role="alertdialog" aria-label={sure.sure}>
          <p>{sure.sure}</p>
          <button type="button" className="t-choice" onClick={() => control(sure)}>{sure.label}</button>
          <button type="button" className="t-choice t-main" autoFocus onClick={() => setSure(null)}>{w.no}</button>
        </div>
      ) : run.controls.length ? (
        <div className="t-controls">
          {run.controls.map((c) => (
            <button key={c.intent.name} type="button" className={'t-choice' + (c.main ? ' t-main' : '')} data-testid={c.intent.name}
              onClick={() => (c.sure ? setSure(c) : control(c))}>{c.label}</button>
          ))}
        </div>
      ) : null}
    </section>
  )
}
