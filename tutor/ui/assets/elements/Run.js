// A run that goes on by itself: it asks the server how it stands, so a reload or a restart changes nothing.
function Run({ props, act }) {
  const w = props.words
  const [again, setAgain] = useState(0)
  const [run, lost] = useStatus(props.run, w, again)
  const control = async (c) => {
    await act(c.intent, c.label)
    setTimeout(() => setAgain(again + 1), 400)
  }
  if (!run)
    return h(
      'section',
      { className: 't-card t-run', 'data-testid': 'run' },
      h('h3', { className: 't-title' }, props.title),
      h('p', { className: 't-small', role: 'status' }, lost || '…'),
    )
  const curved = run.curves.some((c) => c.points.length > 1)
  return h(
    'section',
    {
      className: 't-card t-run t-' + run.state,
      'aria-label': props.title,
      'data-testid': 'run',
      'data-state': run.state,
    },
    h(Progress, { title: props.title, run }),
    curved ? h(Plot, { form: 'line', series: run.curves, x: w.x, y: w.y, label: w.title + '. ' + run.caption }) : null,
    h('p', { className: 't-caption t-now', 'aria-live': 'polite' }, run.caption),
    run.facts.length ? h(Facts, { facts: run.facts }) : null,
    h(Notices, { notices: run.notices }),
    run.error
      ? h(Notices, {
          notices: [{ level: 'warning', text: run.error.what + ' ' + run.error.why + '\n\n' + run.error.next }],
        })
      : null,
    run.samples.length ? h(Samples, { samples: run.samples, open: run.state !== 'done', w }) : null,
    curved ? h(Figures, { label: w.table, series: run.curves, x: w.x }) : null,
    lost ? h('p', { className: 't-small', role: 'status' }, lost) : null,
    h(Controls, { controls: run.controls, control, w }),
  )
}

// How the run stands, and what to say when the server does not tell: asked for as long as the card is there, and at
// once when `again` changes.
function useStatus(run, w, again) {
  const [view, setView] = useState(null)
  const [lost, setLost] = useState('')
  useEffect(() => {
    let alive = true,
      timer = null
    const ask = async () => {
      try {
        const answer = await fetch('/api/runs/' + encodeURIComponent(run))
        if (!alive) return
        if (answer.status === 404) return setLost(w.gone)
        if (!answer.ok) throw new Error(answer.status)
        const next = await answer.json()
        if (!alive) return
        setView(next)
        setLost('')
        timer = setTimeout(ask, next.state === 'running' ? 1000 : 5000)
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
  }, [run, again])
  return [view, lost]
}

// How far it is.
function Progress({ title, run }) {
  return h(
    Fragment,
    null,
    h(
      'header',
      { className: 't-row' },
      h('h3', { className: 't-title' }, title),
      h('span', { className: 't-state', 'data-testid': 'run-state' }, run.state_label),
    ),
    h(Bar, { percent: Math.round(run.share * 100), label: run.share_label }),
    h('p', { className: 't-row t-small' }, h('span', null, run.share_label), h('span', null, run.time)),
  )
}

function Facts({ facts }) {
  return h(
    'ul',
    { className: 't-facts t-small', 'data-testid': 'run-facts' },
    facts.map((fact, i) => h('li', { key: i }, fact)),
  )
}

// The same beginning, continued by the model as it was at several moments.
function Samples({ samples, open, w }) {
  const prompt = samples[0].prompt
  return h(
    'details',
    { className: 't-samples', open },
    h('summary', null, w.samples),
    prompt ? h('p', { className: 't-small' }, w.prompt, ' ', h('span', { className: 't-serif' }, prompt)) : null,
    h(
      'ol',
      null,
      samples.map((sample, i) =>
        h(
          'li',
          { key: i },
          h('span', { className: 't-share' }, sample.label),
          h('span', { className: 't-serif' }, sample.text),
        ),
      ),
    ),
  )
}

// What can be asked of the run; what cannot be undone is asked about first.
function Controls({ controls, control, w }) {
  const [sure, setSure] = useState(null)
  const press = (c) => {
    setSure(null)
    control(c)
  }
  if (sure)
    return h(
      'div',
      { className: 't-controls', role: 'alertdialog', 'aria-label': sure.sure },
      h('p', null, sure.sure),
      h(Button, { onClick: () => press(sure) }, sure.label),
      h(Button, { main: true, autoFocus: true, onClick: () => setSure(null) }, w.no),
    )
  if (!controls.length) return null
  const drawn = (c) =>
    h(
      Button,
      {
        key: c.intent.name,
        main: c.main,
        'data-testid': c.intent.name,
        onClick: () => (c.sure ? setSure(c) : press(c)),
      },
      c.label,
    )
  return h('div', { className: 't-controls' }, controls.map(drawn))
}
