// A question of the course. The key is not here: the session grades and sends the verdict.

const LETTERS = 'abcdefghijklmnop'
const OUTCOME = { correct: Check, partial: CircleDashed, wrong: X, unclear: Minus }
const FIELDS = {
  single: Options,
  multiple: Options,
  true_false: Options,
  order: Order,
  number: NumberField,
  open: OpenField,
}

// `answer` is what the learner is composing: a list of option ids, or what was written. `submit` sends it.
function Question({ props, act }) {
  const { words: w, verdict, format } = props
  const id = useId()
  const kept = useKeptFocus((box) => box.querySelector('.t-verdict'))
  const [answer, setAnswer] = useState(untouched(props))
  const [busy, setBusy] = useState(false)
  useEffect(() => setBusy(false), [verdict, props.submission])
  const sent = isWritten(format) ? answer.trim() : answer
  const ready = sent.length > 0
  const submit = async (event) => {
    event.preventDefault()
    if (!ready || busy || verdict) return
    setBusy(true)
    try {
      await act({ name: 'answer', args: { item: props.item, submission: props.submission, answer: sent } })
    } catch (error) {
      setBusy(false)
    }
  }
  const hint = () => act({ name: 'hint', args: { item: props.item } }, w.hint)
  const given = shown(props, answer)
  return h(
    'form',
    {
      className: 't-card t-question' + (verdict ? ' t-done t-' + verdict.outcome : ''),
      onSubmit: submit,
      'data-testid': 'question',
      'data-format': format,
      tabIndex: -1,
      ...kept,
    },
    h('div', { className: 't-stem', id }, h(Words, null, props.stem)),
    h(FIELDS[format], { props, id, given, locked: verdict !== null, setAnswer, submit }),
    verdict
      ? h(Verdict, { verdict, w })
      : h(
          'div',
          { className: 't-controls' },
          h(Button, { type: 'submit', main: true, disabled: !ready, 'aria-disabled': busy || undefined }, w.answer),
          props.hint ? h(Button, { disabled: busy, onClick: hint }, w.hint) : null,
        ),
  )
}

const isWritten = (format) => format === 'number' || format === 'open'

function untouched({ format, options }) {
  if (isWritten(format)) return ''
  return format === 'order' ? options.map((option) => option.id) : []
}

// What the card shows as the answer: once there is a verdict, what was graded.
function shown({ format, verdict }, answer) {
  if (!verdict) return answer
  if (isWritten(format)) return verdict.chosen
  const chosen = [verdict.chosen].flat()
  return format === 'order' && !chosen.length ? answer : chosen
}

function Options({ props, id, given, locked, setAnswer }) {
  const { words: w, verdict, options } = props
  const several = props.format === 'multiple'
  const toggle = (option) => {
    if (!several) return setAnswer([option])
    setAnswer(given.includes(option) ? given.filter((other) => other !== option) : [...given, option])
  }
  const drawn = (option, i) =>
    h(Option, {
      key: option.id,
      option,
      letter: LETTERS[i],
      mine: given.includes(option.id),
      place: option.place,
      right: verdict !== null && verdict.right.includes(option.id),
      done: verdict !== null,
      w,
      input: { type: several ? 'checkbox' : 'radio', name: id, disabled: locked, onChange: () => toggle(option.id) },
    })
  return h(
    Fragment,
    null,
    several && !verdict ? h('p', { className: 't-small' }, w.several) : null,
    h(
      'div',
      { role: several ? 'group' : 'radiogroup', 'aria-labelledby': id, className: 't-options' },
      options.map(drawn),
    ),
  )
}

// `mine` is chosen; `right` may be told, and is. `place` ("2 of 4") is for who listens.
function Option({ option, letter, place, mine, right, done, input, w }) {
  const about = useId()
  return h(
    'label',
    { className: 't-option' + (mine ? ' t-on' : '') + (right ? ' t-is-right' : '') },
    h('input', { ...input, checked: mine, 'aria-describedby': about }),
    h('span', { id: about, hidden: true }, place),
    h('kbd', { 'aria-hidden': 'true' }, letter),
    h('span', { className: 't-option-text' }, option.text),
    h(
      'span',
      { className: 't-marks' },
      done && mine ? h('em', null, w.yours) : null,
      right ? h('em', { className: 't-right' }, h(Check, { size: 14, 'aria-hidden': 'true' }), ' ', w.right) : null,
    ),
  )
}

function Order({ props, id, given, locked, setAnswer }) {
  const { words: w, verdict } = props
  const [moved, setMoved] = useState(null)
  const list = useMoved(moved)
  const text = Object.fromEntries(props.options.map((option) => [option.id, option.text]))
  const move = (place, by) => {
    const next = [...given]
    next.splice(place + by, 0, ...next.splice(place, 1))
    setAnswer(next)
    setMoved({ option: given[place], by })
  }
  const drawn = (option, i) =>
    h(
      'li',
      { key: option, className: 't-option', 'data-option': option },
      h('kbd', { 'aria-hidden': 'true' }, i + 1),
      h('span', { className: 't-option-text' }, text[option]),
      verdict
        ? null
        : h(Moves, {
            text: text[option],
            first: i === 0,
            last: i === given.length - 1,
            locked,
            w,
            move: (by) => move(i, by),
          }),
    )
  return h(
    Fragment,
    null,
    h('ol', { className: 't-options', 'aria-labelledby': id, ref: list }, given.map(drawn)),
    h(
      'p',
      { className: 't-hidden', role: 'status' },
      moved && !verdict ? text[moved.option] + ': ' + (props.options[given.indexOf(moved.option)].place ?? '') : '',
    ),
    verdict && verdict.outcome !== 'correct' && verdict.right.length
      ? h('p', { className: 't-small' }, w.right_order, ' ', verdict.right.map((o) => text[o]).join(' → '))
      : null,
  )
}

// The focus follows an option that was moved: its row is elsewhere now, and at an end one of its arrows is out of use.
function useMoved(moved) {
  const list = useRef(null)
  useLayoutEffect(() => {
    const row = moved && list.current.querySelector(`[data-option="${moved.option}"]`)
    const arrows = row ? [...row.querySelectorAll('button')] : []
    const same = moved && arrows[moved.by < 0 ? 0 : 1]
    const arrow = same && !same.disabled ? same : arrows.find((other) => !other.disabled)
    if (arrow) arrow.focus()
  }, [moved])
  return list
}

function Moves({ text, first, last, locked, w, move }) {
  const arrow = (icon, label, by, end) =>
    h(
      'button',
      { type: 'button', disabled: locked || end, 'aria-label': label + ': ' + text, onClick: () => move(by) },
      h(icon, { size: 16, 'aria-hidden': 'true' }),
    )
  return h('span', { className: 't-moves' }, arrow(ArrowUp, w.up, -1, first), arrow(ArrowDown, w.down, 1, last))
}

function NumberField({ props, id, given, locked, setAnswer }) {
  return h('input', {
    className: 't-field',
    inputMode: 'decimal',
    autoComplete: 'off',
    'aria-labelledby': id,
    placeholder: props.words.number,
    disabled: locked,
    value: given,
    onChange: (event) => setAnswer(event.target.value),
  })
}

function OpenField({ props, id, given, locked, setAnswer, submit }) {
  if (props.verdict) return h('blockquote', { className: 't-serif' }, given)
  return h('textarea', {
    className: 't-field t-serif',
    rows: 3,
    'aria-labelledby': id,
    placeholder: props.words.open,
    disabled: locked,
    value: given,
    onChange: (event) => setAnswer(event.target.value),
    onKeyDown: (event) => {
      if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) submit(event)
    },
  })
}

function Verdict({ verdict, w }) {
  return h(
    'div',
    { className: 't-verdict', role: 'status', tabIndex: -1, 'data-testid': 'verdict' },
    h('strong', null, h(OUTCOME[verdict.outcome], { size: 18, 'aria-hidden': 'true' }), ' ', verdict.label),
    h(Words, null, verdict.feedback),
    verdict.model ? h(Fragment, null, h('p', { className: 't-small' }, w.model), h(Words, null, verdict.model)) : null,
  )
}
