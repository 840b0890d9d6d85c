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
      'div',
      { className: 't-card t-run', role: 'group', 'aria-label': props.title, 'data-testid': 'run' },
      h('h2', { className: 't-title' }, props.title),
      h('p', { className: 't-small', role: 'status' }, lost || '…'),
    )
  const curved = run.curves.some((c) => c.points.length > 1)
  return h(
    'div',
    {
      className: 't-card t-run t-' + run.state,
      role: 'group',
      'aria-label': props.title,
      'data-testid': 'run',
      'data-state': run.state,
    },
    h(Progress, { title: props.title, run }),
    curved ? h(Plot, { form: 'line', series: run.curves, end: run.end, x: w.x, y: w.y, label: w.title + '. ' + run.caption }) : null,
    h('p', { className: 't-caption t-now', 'aria-live': 'polite' }, run.caption),
    run.facts.length ? h(Facts, { facts: run.facts, label: run.ended ? w.facts : null }) : null,
    h(Notices, { notices: run.notices, labels: w }),
    run.samples.length ? h(Samples, { samples: run.samples, open: run.state !== 'done', w }) : null,
    curved ? h(Figures, { label: w.table, series: run.curves, x: w.x, all: w.all }) : null,
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
      h('h2', { className: 't-title' }, title),
      h('span', { className: 't-state', 'data-testid': 'run-state' }, run.state_label),
    ),
    run.state === 'done' ? null : h(Bar, { percent: run.preparing ? null : Math.round(run.share * 100), label: run.share_label }),
    h(
      'p',
      { className: 't-row t-small' },
      run.state === 'done' ? null : h('span', null, run.share_label),
      h('span', null, run.time),
    ),
  )
}

// What it takes of the machine: while it goes on in sight, afterwards behind a `label`.
function Facts({ facts, label }) {
  const list = h(
    'ul',
    { className: 't-facts t-small', 'data-testid': 'run-facts' },
    facts.map((fact, i) => h('li', { key: i }, fact)),
  )
  return label ? h('details', null, h('summary', null, label), list) : list
}

// Each beginning, gone on with by the model as it was at several moments.
function Samples({ samples, open, w }) {
  return h(
    'details',
    { className: 't-samples', open },
    h('summary', null, w.samples),
    samples.map(({ prompt, texts }, i) =>
      h(
        Fragment,
        { key: i },
        h('p', { className: 't-small' }, w.prompt, ' ', h('span', { className: 't-serif' }, prompt)),
        h(
          'ol',
          null,
          texts.map((sample, n) =>
            h(
              'li',
              { key: n },
              h('span', { className: 't-share' }, sample.label),
              h('span', { className: 't-serif' }, sample.text),
            ),
          ),
        ),
      ),
    ),
  )
}

// What can be asked of the run; what cannot be undone is asked about first.
function Controls({ controls, control, w }) {
  const [sure, setSure] = useState(null)
  const asked = useRef('') // the button that was pressed and asks first, or was answered with no
  const kept = useKeptFocus((box) => box.querySelector(`[data-testid="${asked.current}"]`) || box.querySelector('button'))
  const press = (c) => {
    asked.current = ''
    setSure(null)
    control(c)
  }
  const ask = (c) => {
    asked.current = c.intent.name
    setSure(c)
  }
  const no = (event) => {
    if (!event.key || event.key === 'Escape') setSure(null)
  }
  if (sure)
    return h(
      'div',
      { className: 't-controls', role: 'alertdialog', 'aria-label': sure.sure, onKeyDown: no, ...kept },
      h('p', null, sure.sure),
      h(Button, { onClick: () => press(sure) }, sure.label),
      h(Button, { main: true, autoFocus: true, onClick: no }, w.no),
    )
  const drawn = (c) =>
    h(
      Button,
      {
        key: c.intent.name,
        main: c.main,
        'data-testid': c.intent.name,
        onClick: () => (c.sure ? ask(c) : press(c)),
      },
      c.label,
    )
  return h('div', { className: 't-controls', tabIndex: -1, ...kept }, controls.map(drawn))
}
