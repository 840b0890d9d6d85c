// Rows and columns; wide ones scroll within the card.
const PROSE = 40 // letters from which on a cell is a sentence, and must not be squeezed into a column of words

function Table({ props }) {
  const prose = props.columns.map((_, j) => props.rows.some((row) => row[j].length > PROSE))
  const kind = (j) => (props.columns[j].numeric ? 't-num' : prose[j] ? 't-prose' : '')
  return h(
    Card,
    { kind: 'table', title: props.title, caption: props.caption },
    h(
      'div',
      { className: 't-scroll', tabIndex: 0, role: 'region', 'aria-label': props.title },
      h(
        'table',
        null,
        h(Head, { labels: props.columns.map((column) => column.label), kind }),
        h(
          'tbody',
          null,
          props.rows.map((row, i) =>
            h(
              'tr',
              { key: i },
              row.map((cell, j) =>
                j === 0
                  ? h('th', { key: j, scope: 'row', className: kind(j) }, cell)
                  : h('td', { key: j, className: kind(j) }, cell),
              ),
            ),
          ),
        ),
      ),
    ),
  )
}
