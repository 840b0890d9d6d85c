// What all cards share. `h` is React.createElement; React's hooks, Markdown and the icons come from ui.js.

const number = (value) =>
  new Intl.NumberFormat(document.documentElement.lang || 'es', { maximumFractionDigits: 2 }).format(value)

const Words = ({ children }) =>
  h('div', { className: 't-words' }, h(Markdown, { renderMarkdown: true }, children || ''))

function Card({ title, caption, children, kind }) {
  const id = useId()
  return h(
    'div',
    { className: 't-card t-' + kind, role: 'group', 'aria-labelledby': title ? id : undefined, 'data-testid': kind },
    title ? h('h2', { className: 't-title', id: id }, title) : null,
    children,
    caption ? h('p', { className: 't-caption' }, caption) : null,
  )
}

// A button; `main` is the one that most would press, `chosen` (true or false) is for buttons of which one is used up.
const Button = ({ main, chosen, ...rest }) =>
  h('button', {
    type: 'button',
    className: 't-choice' + (main ? ' t-main' : '') + (chosen ? ' t-chosen' : ''),
    'aria-pressed': chosen,
    ...rest,
  })

// How much is done; null where that cannot be told, and only that something goes on is shown.
const Bar = ({ percent, label }) =>
  h(
    'div',
    {
      className: 't-bar' + (percent === null ? ' t-unknown' : ''),
      role: 'progressbar',
      'aria-valuenow': percent === null ? undefined : Math.round(percent),
      'aria-valuemin': 0,
      'aria-valuemax': 100,
      'aria-label': label,
    },
    h('i', { style: percent === null ? undefined : { width: percent + '%' } }),
  )

// Something to know; the level is said, not only coloured. `label` says it in words.
const Note = ({ level, label, text, news }) =>
  h(
    'div',
    { className: 't-notice t-' + level, role: 'note', 'aria-label': label, 'data-testid': 'notice', 'data-news': news },
    h(level === 'warning' ? TriangleAlert : Info, { size: 18, 'aria-hidden': 'true' }),
    h(Words, null, text),
  )

// What is to be known of what a card shows, within it. `labels` has the words of each level.
const Notices = ({ notices, labels }) =>
  notices.map((n, i) => h(Note, { key: i, level: n.level, label: labels[n.level], text: n.text }))

// The rows of a table: the first ones, and all of them at a click, so that no box scrolls inside the page.
const FEW = 10
function Body({ rows, label }) {
  const [all, setAll] = useState(rows.length <= FEW + 3)
  return h(
    Fragment,
    null,
    h('tbody', { role: 'rowgroup' }, all ? rows : rows.slice(0, FEW)),
    all
      ? null
      : h(
          'tfoot',
          { role: 'rowgroup' },
          h(
            'tr',
            { role: 'row' },
            h(
              'td',
              { colSpan: 9, className: 't-all', role: 'cell' },
              h('button', { type: 'button', className: 't-link', onClick: () => setAll(true) }, label || '…'),
            ),
          ),
        ),
  )
}

// What may be wider than there is room: it scrolls sideways within the card, and shows that it goes on (style.css).
const Scroll = ({ label, box, children }) =>
  h('div', { className: 't-scroll', role: 'group', 'aria-label': label, tabIndex: 0, ref: box }, children)

// The focus stays in `box` when what had it is taken away or can no longer be used: it goes to the element that
// `next(box)` gives, or to `box` itself, which needs a tabIndex. What it returns is for `box`.
function useKeptFocus(next = () => null) {
  const box = useRef(null)
  const had = useRef(false)
  useEffect(() => {
    const focused = document.activeElement
    const gone = !focused || focused === document.body || (focused.disabled && box.current?.contains(focused))
    if (!had.current || !gone || !box.current) return
    const place = next(box.current) || box.current
    place.focus({ preventScroll: true })
  })
  return { ref: box, onFocus: () => (had.current = true), onBlur: () => (had.current = false) }
}

// The first row of a table; `kind` gives the class of a column. The roles are for tables that style.css stacks.
const Head = ({ labels, kind = () => undefined, className }) =>
  h(
    'thead',
    { className, role: 'rowgroup' },
    h(
      'tr',
      { role: 'row' },
      labels.map((label, i) => h('th', { key: i, scope: 'col', role: 'columnheader', className: kind(i) }, label)),
    ),
  )

const DASH = { heldout: '7 5', baseline: '2 4', tuned: '10 3 2 3', plain: '4 3' }
const Swatch = ({ role }) =>
  h(
    'svg',
    { className: 't-swatch t-role-' + role, viewBox: '0 0 26 8', 'aria-hidden': 'true' },
    h('line', { x1: '1', y1: '4', x2: '25', y2: '4', strokeDasharray: DASH[role] || '' }),
  )

// Round numbers for an axis, from a little below the smallest value to a little above the largest.
function ticks(low, high, count) {
  if (!(high > low)) {
    high = low + (Math.abs(low) || 1)
  }
  const rough = (high - low) / count,
    power = Math.pow(10, Math.floor(Math.log10(rough)))
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough)
  const found = []
  for (let v = Math.floor(low / step) * step; v < high + step * 0.999; v += step) found.push(Number(v.toPrecision(10)))
  return found
}

// The drawing's size and its margins, in units of the SVG.
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [520, 236, 56, 26, 34, 42]

// Where the axes have their numbers, and where a value is: `X` and `Y` turn it into units of the SVG. `width` is that of
// a bar, in units of the axis. The axis goes to `end`, where that is known and the points are not there yet.
function scales(form, series, end) {
  const all = series.flatMap((s) => s.points)
  const xs = all.map((p) => p[0])
  const ys = all.map((p) => p[1])
  const bars = form === 'bars'
  const first = series[0].points
  const width = bars && first.length > 1 ? first[1][0] - first[0][0] : 1
  const tx = ticks(Math.min(...xs), Math.max(...xs, end || 0) + (bars ? width : 0), 5)
  const ty = ticks(bars ? 0 : Math.min(...ys), Math.max(...ys), 4)
  const X = (v) => LEFT + ((WIDTH - LEFT - RIGHT) * (v - tx[0])) / (tx[tx.length - 1] - tx[0])
  const Y = (v) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * (v - ty[0])) / (ty[ty.length - 1] - ty[0])
  return { tx, ty, X, Y, width }
}

function Axes({ scale: { tx, ty, X, Y }, x, y }) {
  const middle = { className: 't-axis', textAnchor: 'middle' }
  return h(
    Fragment,
    null,
    ty.map((v) =>
      h(
        'g',
        { key: v },
        h('line', { className: 't-grid', x1: LEFT, x2: WIDTH - RIGHT, y1: Y(v), y2: Y(v) }),
        h('text', { x: LEFT - 8, y: Y(v) + 4, textAnchor: 'end' }, number(v)),
      ),
    ),
    tx.map((v) => h('text', { key: v, x: X(v), y: HEIGHT - BOTTOM + 18, textAnchor: 'middle' }, number(v))),
    h('text', { ...middle, x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 4 }, x),
    h('text', { className: 't-axis', x: 0, y: 15 }, y),
  )
}

// The bars of a series, a little aside of those of the series before it.
function Bars({ points, place, scale: { X, Y, width } }) {
  const bar = ([x, y], i) =>
    h(
      'rect',
      {
        key: i,
        x: X(x) + 1 + place * 3,
        y: Y(y),
        height: Math.max(0, Y(0) - Y(y)),
        rx: '2',
        width: Math.max(1, X(x + width) - X(x) - 2),
      },
      h('title', null, number(x), ': ', number(y)),
    )
  return points.map(bar)
}

function Line({ points, role, scale: { X, Y } }) {
  return h(
    Fragment,
    null,
    h('polyline', {
      points: points.map((p) => X(p[0]) + ',' + Y(p[1])).join(' '),
      strokeDasharray: DASH[role] || '',
    }),
    points.slice(-1).map((p) => h('circle', { key: 'end', cx: X(p[0]), cy: Y(p[1]), r: '4' })),
  )
}

// Curves or bars as inline SVG, with axes in the learner's number format and a legend in words.
function Plot({ form, series, x, y, label, end }) {
  if (!series.some((s) => s.points.length)) return null
  const scale = scales(form, series, end)
  const drawn = ({ role, points }, i) =>
    h('g', { key: i, className: 't-role-' + role }, h(form === 'bars' ? Bars : Line, { points, role, place: i, scale }))
  return h(
    'figure',
    { className: 't-plot' },
    series.length > 1
      ? h(
          'figcaption',
          { className: 't-legend' },
          series.map((s, i) => h('span', { key: i }, h(Swatch, { role: s.role }), s.label)),
        )
      : null,
    h(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': label },
      h(Axes, { scale, x, y }),
      series.map(drawn),
    ),
  )
}

// The same numbers for whoever reads rather than looks.
function Figures({ label, series, x, all }) {
  return h(
    'details',
    { className: 't-figures' },
    h('summary', null, label),
    h(
      Scroll,
      { label },
      series.map((s, i) =>
        h(
          'table',
          { key: i },
          h(Head, { labels: [x, s.label] }),
          h(Body, {
            label: all,
            rows: s.points.map((p, j) => h('tr', { key: j }, h('td', null, number(p[0])), h('td', null, number(p[1])))),
          }),
        ),
      ),
    ),
  )
}
