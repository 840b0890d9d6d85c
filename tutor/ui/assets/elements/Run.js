// A run that goes on by itself: it asks the server how it stands, so a reload or a restart changes nothing.
function Run({ props, act }) {
  const w = props.words
  const [run, setRun] = useState(null)
  const [lost, setLost] = useState('')
  const [sure, setSure] = useState(null)
  const [again, setAgain] = useState(0)
  useEffect(() => {
    let alive = true,
      timer = null
    const ask = async () => {
      try {
        const answer = await fetch('/api/runs/' + encodeURIComponent(props.run))
        if (!alive) return
        if (answer.status === 404) return setLost(w.gone)
        if (!answer.ok) throw new Error(answer.status)
        const view = await answer.json()
        if (!alive) return
        setRun(view)
        setLost('')
        timer = setTimeout(ask, view.state === 'running' ? 1000 : 5000)
      } catch (error) {
        if (alive) {
          setLost(w.lost)
          timer = setTimeout(ask, 3000)
        }
      }
    }
    ask()
    return () => {
      alive = false
      clearTimeout(timer)
    }
  }, [props.run, again])
  if (!run)
    return h(
      'section',
      { className: 't-card t-run', 'data-testid': 'run' },
      h('h3', { className: 't-title' }, props.title),
      h('p', { className: 't-small', role: 'status' }, lost || '…'),
    )
  const control = async (c) => {
    setSure(null)
    await act(c.intent, c.label)
    setTimeout(() => setAgain(again + 1), 400)
  }
  const percent = Math.round(run.share * 100)
  return h(
    'section',
    {
      className: 't-card t-run t-' + run.state,
      'aria-label': props.title,
      'data-testid': 'run',
      'data-state': run.state,
    },
    h(
      'header',
      { className: 't-row' },
      h('h3', { className: 't-title' }, props.title),
      h('span', { className: 't-state', 'data-testid': 'run-state' }, run.state_label),
    ),
    h(
      'div',
      {
        className: 't-bar',
        role: 'progressbar',
        'aria-valuenow': percent,
        'aria-valuemin': 0,
        'aria-valuemax': 100,
        'aria-label': run.share_label,
      },
      h('i', { style: { width: percent + '%' } }),
    ),
    h('p', { className: 't-row t-small' }, h('span', null, run.share_label), h('span', null, run.time)),
    run.curves.some((c) => c.points.length > 1)
      ? h(Plot, { form: 'line', series: run.curves, x: w.x, y: w.y, label: w.title + '. ' + run.caption })
      : null,
    h('p', { className: 't-caption t-now', 'aria-live': 'polite' }, run.caption),
    run.facts.length
      ? h(
          'ul',
          { className: 't-facts t-small', 'data-testid': 'run-facts' },
          run.facts.map((fact, i) => h('li', { key: i }, fact)),
        )
      : null,
    run.notices.map((n, i) => h('div', { key: i, className: 't-notice t-' + n.level }, h(Words, null, n.text))),
    run.error
      ? h(
          'div',
          { className: 't-notice t-warning' },
          h(Words, null, run.error.what + ' ' + run.error.why + '\n\n' + run.error.next),
        )
      : null,
    run.samples.length
      ? h(
          'details',
          { className: 't-samples', open: run.state !== 'done' },
          h('summary', null, w.samples),
          run.samples[0].prompt
            ? h(
                'p',
                { className: 't-small' },
                w.prompt,
                ' ',
                h('span', { className: 't-serif' }, run.samples[0].prompt),
              )
            : null,
          h(
            'ol',
            null,
            run.samples.map((s, i) =>
              h(
                'li',
                { key: i },
                h('span', { className: 't-share' }, s.label),
                h('span', { className: 't-serif' }, s.text),
              ),
            ),
          ),
        )
      : null,
    run.curves.some((c) => c.points.length > 1) ? h(Figures, { label: w.table, series: run.curves, x: w.x }) : null,
    lost ? h('p', { className: 't-small', role: 'status' }, lost) : null,
    sure
      ? h(
          'div',
          { className: 't-controls', role: 'alertdialog', 'aria-label': sure.sure },
          h('p', null, sure.sure),
          h('button', { type: 'button', className: 't-choice', onClick: () => control(sure) }, sure.label),
          h(
            'button',
            { type: 'button', className: 't-choice t-main', autoFocus: true, onClick: () => setSure(null) },
            w.no,
          ),
        )
      : run.controls.length
        ? h(
            'div',
            { className: 't-controls' },
            run.controls.map((c) =>
              h(
                'button',
                {
                  key: c.intent.name,
                  type: 'button',
                  className: 't-choice' + (c.main ? ' t-main' : ''),
                  'data-testid': c.intent.name,
                  onClick: () => (c.sure ? setSure(c) : control(c)),
                },
                c.label,
              ),
            ),
          )
        : null,
  )
}
