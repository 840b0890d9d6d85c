// Rows and columns. Where they do not fit, each row becomes a block of its own, with the column's name before each value.
const PROSE = 40 // letters from which on a cell is a sentence, and must not be squeezed into a column of words

function Table({ props }) {
  const prose = props.columns.map((_, j) => props.rows.some((row) => row[j].length > PROSE))
  const kind = (j) => (props.columns[j].numeric ? 't-num' : prose[j] ? 't-prose' : '')
  const [box, stacked] = useRoom()
  const cell = (value, j) =>
    h(
      j === 0 ? 'th' : 'td',
      {
        key: j,
        scope: j === 0 ? 'row' : undefined,
        role: j === 0 ? 'rowheader' : 'cell',
        className: kind(j),
        'data-label': props.columns[j].label,
      },
      value,
    )
  return h(
    Card,
    { kind: 'table', title: props.title, caption: props.caption },
    h(
      Scroll,
      { label: props.title, box },
      h(
        'table',
        { role: 'table', className: stacked ? 't-stacked' : '' },
        h(Head, { labels: props.columns.map((column) => column.label), kind }),
        h(Body, {
          label: props.words?.all,
          rows: props.rows.map((row, i) => h('tr', { key: i, role: 'row' }, row.map(cell))),
        }),
      ),
    ),
  )
}

// Whether the table in a box is too wide for it. Once it is stacked, `needs` remembers how much it took unstacked.
function useRoom() {
  const box = useRef(null)
  const needs = useRef(0)
  const [stacked, setStacked] = useState(false)
  useEffect(() => {
    const look = () => {
      const { scrollWidth, clientWidth } = box.current
      if (scrollWidth > clientWidth + 1) needs.current = Math.max(needs.current, scrollWidth)
      setStacked(needs.current > clientWidth + 1)
    }
    const watch = new ResizeObserver(look)
    watch.observe(box.current)
    return () => watch.disconnect()
  }, [])
  return [box, stacked]
}
