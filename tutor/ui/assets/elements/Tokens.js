// Text as the pieces the model reads. Two tints alternate so that borders show; each piece has its number. In an
// example for training, what has to be guessed is tinted and underlined, what is only read is grey.
function Tokens({ props }) {
  const w = props.words
  const [ids, setIds] = useState(false)
  const grade = (t) => (t.graded === true ? ' t-yes' : t.graded === false ? ' t-no' : '')
  const graded = props.tokens.some((t) => t.graded !== null)
  const told = (t) => (t.graded ? w.graded : w.read)
  const show = (text) => text.replace(/\n/g, '↵')
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
    h(
      'div',
      { className: 't-tokens', 'aria-hidden': 'true' },
      props.tokens.map((t, i) => [
        h(
          'span',
          { key: i, className: 't-token t-tint-' + (i % 2) + grade(t), title: i + 1 + ' · ' + w.id + ' ' + t.id + (graded ? ' · ' + told(t) : '') },
          h('b', { className: 't-serif' }, show(t.text)),
          ids ? h('small', null, t.id) : null,
        ),
        t.text.endsWith('\n') ? h('br', { key: 'line ' + i }) : null,
      ]),
    ),
    h(
      'details',
      { className: 't-figures' },
      h('summary', null, w.list),
      h(
        'div',
        { className: 't-scroll' },
        h(
          'table',
          null,
          h(
            'thead',
            null,
            h(
              'tr',
              null,
              h('th', { scope: 'col' }, '#'),
              h('th', { scope: 'col' }, w.token),
              h('th', { scope: 'col' }, w.id),
              graded ? h('th', { scope: 'col' }, w.what) : null,
            ),
          ),
          h(
            'tbody',
            null,
            props.tokens.map((t, i) =>
              h(
                'tr',
                { key: i },
                h('td', null, i + 1),
                h('td', { className: 't-serif' }, show(t.text)),
                h('td', null, t.id),
                graded ? h('td', null, told(t)) : null,
              ),
            ),
          ),
        ),
      ),
    ),
  )
}
