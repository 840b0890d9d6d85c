// A question of the course. The key is not here: the session grades and sends the verdict.

const LETTERS = 'abcdefghijklmnop'
const OUTCOME = { correct: Check, partial: CircleDashed, wrong: X, unclear: Minus }

function Question({ props, act }) {
  const w = props.words,
    verdict = props.verdict,
    id = useId()
  const ordering = props.format === 'order',
    several = props.format === 'multiple'
  const written = props.format === 'number' || props.format === 'open'
  const [answer, setAnswer] = useState(ordering ? props.options.map((o) => o.id) : written ? '' : [])
  const [busy, setBusy] = useState(false)
  const done = verdict !== null
  useEffect(() => setBusy(false), [verdict, props.submission])
  const given = done ? (Array.isArray(verdict.chosen) || written ? verdict.chosen : [verdict.chosen]) : answer
  const text = Object.fromEntries(props.options.map((o) => [o.id, o.text]))
  const ready = ordering || (written ? answer.trim() !== '' : answer.length > 0)
  const submit = async (event) => {
    event.preventDefault()
    if (!ready || busy || done) return
    setBusy(true)
    try {
      await act({
        name: 'answer',
        args: { item: props.item, submission: props.submission, answer: written ? answer.trim() : answer },
      })
    } catch (error) {
      setBusy(false)
    }
  }
  const move = (place, by) => {
    const next = [...answer]
    const [moved] = next.splice(place, 1)
    next.splice(place + by, 0, moved)
    setAnswer(next)
  }
  const toggle = (option) =>
    setAnswer(!several ? [option] : answer.includes(option) ? answer.filter((o) => o !== option) : [...answer, option])
  const mark = (option) => {
    const mine = given.includes(option),
      right = done && verdict.right.includes(option)
    return h(
      'span',
      { className: 't-marks' },
      done && mine ? h('em', null, w.yours) : null,
      right ? h('em', { className: 't-right' }, h(Check, { size: 14, 'aria-hidden': 'true' }), ' ', w.right) : null,
    )
  }
  const Outcome = done ? OUTCOME[verdict.outcome] : null
  return h(
    'form',
    {
      className: 't-card t-question' + (done ? ' t-done t-' + verdict.outcome : ''),
      onSubmit: submit,
      'data-testid': 'question',
      'data-format': props.format,
    },
    h('div', { className: 't-stem', id: id }, h(Words, null, props.stem)),
    several && !done ? h('p', { className: 't-small' }, w.several) : null,

    !written && !ordering
      ? h(
          'div',
          { role: several ? 'group' : 'radiogroup', 'aria-labelledby': id, className: 't-options' },
          props.options.map((option, i) =>
            h(
              'label',
              {
                key: option.id,
                className:
                  't-option' +
                  (given.includes(option.id) ? ' t-on' : '') +
                  (done && verdict.right.includes(option.id) ? ' t-is-right' : ''),
              },
              h('input', {
                type: several ? 'checkbox' : 'radio',
                name: id,
                checked: given.includes(option.id),
                disabled: done || busy,
                onChange: () => toggle(option.id),
              }),
              h('kbd', { 'aria-hidden': 'true' }, LETTERS[i]),
              h('span', { className: 't-option-text' }, option.text),
              mark(option.id),
            ),
          ),
        )
      : null,

    ordering
      ? h(
          'ol',
          { className: 't-options', 'aria-labelledby': id },
          (Array.isArray(given) && given.length ? given : answer).map((option, i) =>
            h(
              'li',
              { key: option, className: 't-option' },
              h('kbd', { 'aria-hidden': 'true' }, i + 1),
              h('span', { className: 't-option-text' }, text[option]),
              !done
                ? h(
                    'span',
                    { className: 't-moves' },
                    h(
                      'button',
                      {
                        type: 'button',
                        disabled: i === 0 || busy,
                        'aria-label': w.up + ': ' + text[option],
                        onClick: () => move(i, -1),
                      },
                      h(ArrowUp, { size: 16 }),
                    ),
                    h(
                      'button',
                      {
                        type: 'button',
                        disabled: i === answer.length - 1 || busy,
                        'aria-label': w.down + ': ' + text[option],
                        onClick: () => move(i, 1),
                      },
                      h(ArrowDown, { size: 16 }),
                    ),
                  )
                : null,
            ),
          ),
        )
      : null,
    ordering && done && verdict.outcome !== 'correct' && verdict.right.length
      ? h('p', { className: 't-small' }, w.right_order, ' ', verdict.right.map((o) => text[o]).join(' → '))
      : null,

    props.format === 'number'
      ? h('input', {
          className: 't-field',
          inputMode: 'decimal',
          autoComplete: 'off',
          'aria-labelledby': id,
          placeholder: w.number,
          disabled: done || busy,
          value: done ? verdict.chosen : answer,
          onChange: (e) => setAnswer(e.target.value),
        })
      : null,
    props.format === 'open' && !done
      ? h('textarea', {
          className: 't-field t-serif',
          rows: 3,
          'aria-labelledby': id,
          placeholder: w.open,
          disabled: busy,
          value: answer,
          onChange: (e) => setAnswer(e.target.value),
          onKeyDown: (e) => {
            if (e.key === 'Enter' && (e.metaKey || e.ctrlKey)) submit(e)
          },
        })
      : null,
    props.format === 'open' && done ? h('blockquote', { className: 't-serif' }, verdict.chosen) : null,

    done
      ? h(
          'div',
          { className: 't-verdict', role: 'status', 'data-testid': 'verdict' },
          h('strong', null, h(Outcome, { size: 18, 'aria-hidden': 'true' }), ' ', verdict.label),
          h(Words, null, verdict.feedback),
          verdict.model
            ? h(Fragment, null, h('p', { className: 't-small' }, w.model), h(Words, null, verdict.model))
            : null,
        )
      : h(
          'div',
          { className: 't-controls' },
          h('button', { type: 'submit', className: 't-choice t-main', disabled: !ready || busy }, w.answer),
          props.hint
            ? h(
                'button',
                {
                  type: 'button',
                  className: 't-choice',
                  disabled: busy,
                  onClick: () => act({ name: 'hint', args: { item: props.item } }, w.hint),
                },
                w.hint,
              )
            : null,
        ),
  )
}
