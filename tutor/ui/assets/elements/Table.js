// Rows and columns; wide ones scroll within the card.
function Table({ props }) {
  return h(
    Card,
    { kind: 'table', title: props.title, caption: props.caption },
    h(
      'div',
      { className: 't-scroll', tabIndex: 0, role: 'region', 'aria-label': props.title },
      h(
        'table',
        { className: 't-table' },
        h(
          'thead',
          null,
          h(
            'tr',
            null,
            props.columns.map((c, i) =>
              h('th', { key: i, scope: 'col', className: c.numeric ? 't-num' : '' }, c.label),
            ),
          ),
        ),
        h(
          'tbody',
          null,
          props.rows.map((row, i) =>
            h(
              'tr',
              { key: i },
              row.map((cell, j) =>
                j === 0
                  ? h('th', { key: j, scope: 'row', className: props.columns[j].numeric ? 't-num' : '' }, cell)
                  : h('td', { key: j, className: props.columns[j]?.numeric ? 't-num' : '' }, cell),
              ),
            ),
          ),
        ),
      ),
    ),
  )
}
