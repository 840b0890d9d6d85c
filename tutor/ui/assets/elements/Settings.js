// The settings of a long piece of work: ready-made ways as radio buttons, every knob as a slider, and what they would
// take, which the server works out anew (POST /api/estimate) whenever something was moved.

function Settings({ props, act }) {
  const w = props.words
  const [inputs, setInputs] = useState(props.inputs)
  const [view, lost] = useEstimate(props, inputs)
  const knobs = view.knobs.filter((k) => !k.first)
  const names = knobs.map((k) => k.name)
  const choose = (way) =>
    setInputs({ ...Object.fromEntries(Object.entries(inputs).filter(([name]) => !names.includes(name))), preset: way })
  const move = (knob, value) =>
    setInputs({ ...inputs, [knob.name]: value === 'auto' || value === 'none' ? null : value })
  const moved = names.some((name) => inputs[name] !== undefined && inputs[name] !== null)
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
    h(Ways, { ways: view.ways, preset: inputs.preset, moved, choose, w }),
    h('p', { className: 't-caption t-now', role: 'status', 'data-testid': 'estimate' }, lost ? w.lost : view.told),
    h(Notices, { notices: view.notices, labels: w }),
    h('details', { className: 't-knobs' }, h('summary', null, w.knobs), knobs.map(drawn)),
    h(
      'div',
      { className: 't-controls' },
      h(Start, { label: w.start, start: () => act({ name: view.skill, args: inputs }, w.start) }),
    ),
  )
}

// The card as the server works it out for `inputs`, and whether it did not answer.
function useEstimate(props, inputs) {
  const [view, setView] = useState(props)
  const [lost, setLost] = useState(false)
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
  return [view, lost]
}

// The ready-made ways; `moved` when a knob was, and none of them is what would be done.
function Ways({ ways, preset, moved, choose, w }) {
  const id = useId()
  const drawn = (way) => {
    const on = !moved && preset === way.name
    const about = id + way.name
    return h(
      'label',
      { key: way.name, className: 't-option' + (on ? ' t-on' : '') },
      h('input', {
        type: 'radio',
        name: id,
        checked: on,
        onChange: () => choose(way.name),
        'aria-describedby': about,
      }),
      h('span', { className: 't-option-text' }, h('strong', null, way.label), h('small', { id: about }, way.about)),
      h('span', { className: 't-way-told' }, way.told),
    )
  }
  return h(
    'fieldset',
    { className: 't-ways' },
    h('legend', { className: 't-small' }, w.ways),
    ways.map(drawn),
    moved
      ? h(
          'p',
          { className: 't-small' },
          w.own,
          h('button', { type: 'button', className: 't-link', onClick: () => choose(preset) }, w.reset),
        )
      : null,
  )
}

// Pressed once it rests a moment: a second press would begin a second run.
function Start({ label, start }) {
  const [begun, setBegun] = useState(false)
  const press = async () => {
    setBegun(true)
    try {
      await start()
    } finally {
      setTimeout(() => setBegun(false), 4000)
    }
  }
  return h(Button, { main: true, disabled: begun, 'data-testid': 'start', onClick: press }, label)
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
