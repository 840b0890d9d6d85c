// What all cards share. `h` is React.createElement; React's hooks, Markdown and the icons come from ui.js.

const number = (value) =>
  new Intl.NumberFormat(document.documentElement.lang || 'es', { maximumFractionDigits: 2 }).format(value)

const Words = ({ children }) =>
  h('div', { className: 't-words' }, h(Markdown, { renderMarkdown: true }, children || ''))

function Card({ title, caption, children, kind }) {
  const id = useId()
  return h(
    'section',
    { className: 't-card t-' + kind, 'aria-labelledby': title ? id : undefined, 'data-testid': kind },
    title ? h('h3', { className: 't-title', id: id }, title) : null,
    children,
    caption ? h('p', { className: 't-caption' }, caption) : null,
  )
}

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

// Curves or bars as inline SVG, with axes in the learner's number format and a legend in words.
function Plot({ form, series, x, y, label }) {
  const all = series.flatMap((s) => s.points)
  if (!all.length) return null
  const W = 520,
    H = 220,
    L = 52,
    R = 14,
    T = 14,
    B = 40
  const xs = all.map((p) => p[0]),
    ys = all.map((p) => p[1])
  const bars = form === 'bars'
  const first = series[0].points
  const width = bars && first.length > 1 ? first[1][0] - first[0][0] : 1
  const tx = ticks(Math.min(...xs), Math.max(...xs) + (bars ? width : 0), 5),
    ty = ticks(bars ? 0 : Math.min(...ys), Math.max(...ys), 4)
  const X = (v) => L + ((W - L - R) * (v - tx[0])) / (tx[tx.length - 1] - tx[0])
  const Y = (v) => H - B - ((H - B - T) * (v - ty[0])) / (ty[ty.length - 1] - ty[0])
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
      { viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': label },
      ty.map((v) =>
        h(
          'g',
          { key: v },
          h('line', { className: 't-grid', x1: L, x2: W - R, y1: Y(v), y2: Y(v) }),
          h('text', { x: L - 8, y: Y(v) + 4, textAnchor: 'end' }, number(v)),
        ),
      ),
      tx.map((v) => h('text', { key: v, x: X(v), y: H - B + 18, textAnchor: 'middle' }, number(v))),
      h('text', { className: 't-axis', x: (L + W - R) / 2, y: H - 4, textAnchor: 'middle' }, x),
      h('text', { className: 't-axis', x: -(T + H - B) / 2, y: 12, transform: 'rotate(-90)', textAnchor: 'middle' }, y),
      series.map((s, i) =>
        h(
          'g',
          { key: i, className: 't-role-' + s.role },
          bars
            ? s.points.map((p, j) =>
                h(
                  'rect',
                  {
                    key: j,
                    x: X(p[0]) + 1 + i * 3,
                    y: Y(p[1]),
                    height: Math.max(0, Y(0) - Y(p[1])),
                    rx: '2',
                    width: Math.max(1, X(p[0] + width) - X(p[0]) - 2),
                  },
                  h('title', null, number(p[0]), ': ', number(p[1])),
                ),
              )
            : h(
                Fragment,
                null,
                h('polyline', {
                  points: s.points.map((p) => X(p[0]) + ',' + Y(p[1])).join(' '),
                  strokeDasharray: DASH[s.role] || '',
                }),
                s.points.slice(-1).map((p) => h('circle', { key: 'end', cx: X(p[0]), cy: Y(p[1]), r: '4' })),
              ),
        ),
      ),
    ),
  )
}

// The same numbers for whoever reads rather than looks.
function Figures({ label, series, x }) {
  return h(
    'details',
    { className: 't-figures' },
    h('summary', null, label),
    h(
      'div',
      { className: 't-scroll' },
      series.map((s, i) =>
        h(
          'table',
          { key: i },
          h('thead', null, h('tr', null, h('th', { scope: 'col' }, x), h('th', { scope: 'col' }, s.label))),
          h(
            'tbody',
            null,
            s.points.map((p, j) => h('tr', { key: j }, h('td', null, number(p[0])), h('td', null, number(p[1])))),
          ),
        ),
      ),
    ),
  )
}
