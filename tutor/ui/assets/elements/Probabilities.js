// What the model sees coming: a bar a word. It is a table, so that it can be read aloud.
function Probabilities({ props }) {
  const w = props.words
  const rest = props.rest.share > 0.0005 ? [{ ...props.rest, rest: true }] : []
  const listed = props.options.filter((o) => !o.unlisted)
  const rows = [...listed, ...rest, ...props.options.filter((o) => o.unlisted)]
  return h(
    Card,
    { kind: 'probabilities', title: props.title, caption: props.caption },
    props.prompt
      ? h(
          'p',
          { className: 't-prompt t-serif' },
          props.prompt,
          ' ',
          h('span', { className: 't-blank', 'aria-hidden': 'true' }, '…'),
        )
      : null,
    h(
      'table',
      { className: 't-bars' },
      h(Head, { className: 't-hidden', labels: [w.option, w.share] }),
      h(
        'tbody',
        null,
        rows.map((o, i) =>
          h(
            'tr',
            { key: i, className: o.rest ? 't-rest' : o.own ? 't-own' : '' },
            h(
              'th',
              { scope: 'row', className: o.rest ? '' : 't-serif' },
              o.text,
              o.own ? h('small', { className: 't-mark' }, w.own) : null,
            ),
            h(
              'td',
              null,
              h(
                'span',
                { className: 't-track', 'aria-hidden': 'true' },
                h('i', { style: { width: Math.max(0.5, o.share * 100) + '%' } }),
              ),
              h('span', { className: 't-value' }, o.label),
            ),
          ),
        ),
      ),
    ),
  )
}
