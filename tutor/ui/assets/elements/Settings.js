// The settings of a long piece of work: ready-made ways as radio buttons, every knob as a slider, and what they would
// take, which the server works out anew (POST /api/estimate) whenever something was moved.

function Settings({ props, act }) {
  const w = props.words,
    id = useId()
  const [view, setView] = useState(props)
  const [inputs, setInputs] = useState(props.inputs)
  const [lost, setLost] = useState(false)
  const [begun, setBegun] = useState(false)
  useEffect(() => {
    if (JSON.stringify(inputs) === JSON.stringify(view.inputs)) return
    let alive = true
    const timer = setTimeout(async () => {
      try {
        const answer = await fetch('/api/estimate', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ inputs, facts: props.facts }),
        })
        if (!answer.ok) throw new Error(answer.status)
        const next = await answer.json()
        if (!alive) return
        setView({ ...next, inputs })
        setLost(false)
      } catch (error) {
        if (alive) setLost(true)
      }
    }, 150)
    return () => {
      alive = false
      clearTimeout(timer)
    }
  }, [inputs])
  const knobs = view.knobs.filter((k) => !k.first)
  const names = knobs.map((k) => k.name)
  const choose = (way) =>
    setInputs({ ...Object.fromEntries(Object.entries(inputs).filter(([name]) => !names.includes(name))), preset: way })
  const move = (knob, value) => setInputs({ ...inputs, [knob.name]: value === 'auto' || value === 'none' ? null : value })
  const moved = names.some((name) => inputs[name] !== undefined && inputs[name] !== null)
  const start = async () => {
    setBegun(true)
    try {
      await act({ name: view.skill, args: inputs }, w.start)
    } finally {
      setTimeout(() => setBegun(false), 4000)
    }
  }
  const drawn = (knob) =>
    h(knob.slides ? Slider : Picker, {
      key: knob.name,
      knob,
      value: inputs[knob.name] ?? knob.value,
      move: (value) => move(knob, value),
    })
  return h(
    Card,
    { kind: 'settings', title: view.title },
    view.knobs.filter((k) => k.first).map(drawn),
    view.caption ? h('p', { className: 't-small' }, view.caption) : null,
    h(
      'fieldset',
      { className: 't-ways' },
      h('legend', { className: 't-small' }, w.ways),
      view.ways.map((way) =>
        h(
          'label',
          { key: way.name, className: 't-option' + (!moved && inputs.preset === way.name ? ' t-on' : '') },
          h('input', {
            type: 'radio',
            name: id,
            checked: !moved && inputs.preset === way.name,
            onChange: () => choose(way.name),
            'aria-describedby': id + way.name,
          }),
          h(
            'span',
            { className: 't-option-text' },
            h('strong', null, way.label),
            h('small', { id: id + way.name }, way.about),
          ),
          h('span', { className: 't-way-told' }, way.told),
        ),
      ),
      moved
        ? h(
            'p',
            { className: 't-small' },
            w.own,
            h('button', { type: 'button', className: 't-link', onClick: () => choose(inputs.preset) }, w.reset),
          )
        : null,
    ),
    h('p', { className: 't-caption t-now', role: 'status', 'data-testid': 'estimate' }, lost ? w.lost : view.told),
    view.notices.map((n, i) =>
      h('div', { key: i, className: 't-notice t-' + n.level }, h(Words, null, n.text)),
    ),
    h(
      'details',
      { className: 't-knobs' },
      h('summary', null, w.knobs),
      knobs.map(drawn),
    ),
    h(
      'div',
      { className: 't-controls' },
      h(
        'button',
        { type: 'button', className: 't-choice t-main', disabled: begun, 'data-testid': 'start', onClick: start },
        w.start,
      ),
    ),
  )
}

// The stop a value is at; a value between two stops is at the nearest.
const at = (knob, value) => {
  const place = knob.stops.findIndex((stop) => stop.value === value)
  if (place >= 0) return place
  const far = knob.stops.map((stop) => Math.abs(stop.value - value))
  return far.indexOf(Math.min(...far))
}

function Slider({ knob, value, move }) {
  const id = useId(),
    place = at(knob, value)
  return h(
    'div',
    { className: 't-knob' },
    h(
      'p',
      { className: 't-row' },
      h('label', { htmlFor: id }, knob.label),
      h('output', { htmlFor: id }, knob.stops[place].label),
    ),
    h('input', {
      id,
      type: 'range',
      min: 0,
      max: knob.stops.length - 1,
      step: 1,
      value: place,
      'aria-valuetext': knob.stops[place].label,
      'aria-describedby': id + 'does',
      'data-testid': 'knob-' + knob.name,
      onChange: (event) => move(knob.stops[Number(event.target.value)].value),
    }),
    h(About, { id: id + 'does', knob }),
  )
}

function Picker({ knob, value, move }) {
  const id = useId()
  return h(
    'div',
    { className: 't-knob' },
    h(
      'p',
      { className: 't-row' },
      h('label', { htmlFor: id }, knob.label),
      h(
        'select',
        {
          id,
          className: 't-field',
          value,
          'aria-describedby': id + 'does',
          'data-testid': 'knob-' + knob.name,
          onChange: (event) => move(event.target.value),
        },
        knob.stops.map((stop) => h('option', { key: stop.value, value: stop.value }, stop.label)),
      ),
    ),
    h(About, { id: id + 'does', knob }),
  )
}

function About({ id, knob }) {
  return h('p', { id, className: 't-small' }, knob.does, ' ', knob.much)
}
