// One figure of a few hands as bars on one scale. It is a table, so that it can be read aloud; whose a bar is, its name
// and its pattern say, and not its colour alone.
function Measures({ props }) {
  const row = (bar, i) =>
    h(
      'tr',
      { key: i, className: 't-role-' + bar.role },
      h('th', { scope: 'row' }, bar.label),
      h(
        'td',
        null,
        h(
          'span',
          { className: 't-track', 'aria-hidden': 'true' },
          h('i', { className: 't-fill', style: { width: Math.max(0.5, bar.share * 100) + '%' } }),
        ),
        h('span', { className: 't-value' }, bar.told),
      ),
    )
  return h(
    Card,
    { kind: 'measures', title: props.title, caption: props.caption },
    h('table', { className: 't-bars t-measures' }, h('tbody', null, props.bars.map(row))),
  )
}
