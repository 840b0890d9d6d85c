// Text as the pieces the model reads. Two tints alternate so that borders show; each piece has its number. In an
// example for training, what has to be guessed is tinted and underlined, what is only read is grey.
function Tokens({ props }) {
  const { words: w, tokens } = props
  const [ids, setIds] = useState(false)
  const graded = tokens.some((t) => t.graded !== null)
  return h(
    Card,
    { kind: 'tokens', title: props.title, caption: props.caption },
    h(
      'p',
      { className: 't-row t-small' },
      h('span', null, w.count),
      h(
        'label',
        { className: 't-switch' },
        h('input', { type: 'checkbox', checked: ids, onChange: () => setIds(!ids) }),
        ' ',
        w.ids,
      ),
    ),
    graded
      ? h(
          'p',
          { className: 't-small' },
          h('span', { className: 't-token t-tint-0 t-yes' }, w.graded),
          ' ',
          h('span', { className: 't-token t-no' }, w.read),
        )
      : null,
    h(Pieces, { tokens, ids, graded, w }),
    h(List, { tokens, graded, w }),
  )
}

const printed = (text) => text.replace(/\n/g, '↵')
const told = (token, w) => (token.graded ? w.graded : w.read)

// The pieces in a row, for the eye: with their numbers under them when `ids`.
function Pieces({ tokens, ids, graded, w }) {
  const grade = (t) => (t.graded === true ? ' t-yes' : t.graded === false ? ' t-no' : '')
  const title = (t, i) => i + 1 + ' · ' + w.id + ' ' + t.id + (graded ? ' · ' + told(t, w) : '')
  return h(
    'div',
    { className: 't-tokens', 'aria-hidden': 'true' },
    tokens.map((t, i) => [
      h(
        'span',
        { key: i, className: 't-token t-tint-' + (i % 2) + grade(t), title: title(t, i) },
        h('b', { className: 't-serif' }, printed(t.text)),
        ids ? h('small', null, t.id) : null,
      ),
      t.text.endsWith('\n') ? h('br', { key: 'line ' + i }) : null,
    ]),
  )
}

// The same for whoever reads rather than looks.
function List({ tokens, graded, w }) {
  return h(
    'details',
    { className: 't-figures' },
    h('summary', null, w.list),
    h(
      Scroll,
      { label: w.list },
      h(
        'table',
        null,
        h(Head, { labels: ['#', w.token, w.id, ...(graded ? [w.what] : [])] }),
        h(Body, {
          label: w.all,
          rows: tokens.map((t, i) =>
            h(
              'tr',
              { key: i },
              h('td', null, i + 1),
              h('td', { className: 't-serif' }, printed(t.text)),
              h('td', null, t.id),
              graded ? h('td', null, told(t, w)) : null,
            ),
          ),
        }),
      ),
    ),
  )
}
