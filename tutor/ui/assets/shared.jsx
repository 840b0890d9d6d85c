// What all cards share. Put before each element's own file by prepare.py.
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { Markdown } from '@/components/markdown'

// A click: the intent goes to the session, its words appear as the learner's.
const act = (intent, says) => callAction({ name: 'turn', payload: { intent, says: says || '', element: props.element } })

const number = (value) => new Intl.NumberFormat(props.language || 'es', { maximumFractionDigits: 2 }).format(value)

const Words = ({ children }) => <div className="t-words"><Markdown renderMarkdown>{children || ''}</Markdown></div>

function Card({ title, caption, children, kind }) {
  const id = useId()
  return (
    <section className={'t-card t-' + kind} aria-labelledby={title ? id : undefined} data-testid={kind}>
      {title ? <h3 className="t-title" id={id}>{title}</h3> : null}
      {children}
      {caption ? <p className="t-caption">{caption}</p> : null}
    </section>
  )
}

const DASH = { heldout: '7 5', baseline: '2 4', tuned: '10 3 2 3', plain: '4 3' }
const Swatch = ({ role }) => (
  <svg className={'t-swatch t-role-' + role} viewBox="0 0 26 8" aria-hidden="true">
    <line x1="1" y1="4" x2="25" y2="4" strokeDasharray={DASH[role] || ''} />
  </svg>
)

// Round numbers for an axis, from a little below the smallest value to a little above the largest.
function ticks(low, high, count) {
  if (!(high > low)) { high = low + (Math.abs(low) || 1) }
  const rough = (high - low) / count, power = Math.pow(10, Math.floor(Math.log10(rough)))
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough)
  const found = []
  for (let v = Math.floor(low / step) * step; v < high + step * 0.999; v += step) found.push(Number(v.toPrecision(10)))
  return found
}

// Curves or bars as inline SVG, with axes in the learner's number format and a legend in words.
function Plot({ form, series, x, y, label }) {
  const all = series.flatMap((s) => s.points)
  if (!all.length) return null
  const W = 520, H = 220, L = 52, R = 14, T = 14, B = 40
  const xs = all.map((p) => p[0]), ys = all.map((p) => p[1])
  const bars = form === 'bars'
  const first = series[0].points
  const width = bars && first.length > 1 ? first[1][0] - first[0][0] : 1
  const tx = ticks(Math.min(...xs), Math.max(...xs) + (bars ? width : 0), 5), ty = ticks(bars ? 0 : Math.min(...ys), Math.max(...ys), 4)
  const X = (v) => L + (W - L - R) * (v - tx[0]) / (tx[tx.length - 1] - tx[0])
  const Y = (v) => H - B - (H - B - T) * (v - ty[0]) / (ty[ty.length - 1] - ty[0])
  return (
    <figure className="t-plot">
      {series.length > 1 ? (
        <figcaption className="t-legend">
          {series.map((s, i) => <span key={i}><Swatch role={s.role} />{s.label}</span>)}
        </figcaption>
      ) : null}
      <svg viewBox={`0 0 ${W} ${H}`} role="img" aria-label={label}>
        {ty.map((v) => <g key={v}><line className="t-grid" x1={L} x2={W - R} y1={Y(v)} y2={Y(v)} />
          <text x={L - 8} y={Y(v) + 4} textAnchor="end">{number(v)}</text></g>)}
        {tx.map((v) => <text key={v} x={X(v)} y={H - B + 18} textAnchor="middle">{number(v)}</text>)}
        <text className="t-axis" x={(L + W - R) / 2} y={H - 4} textAnchor="middle">{x}</text>
        <text className="t-axis" x={-(T + H - B) / 2} y={12} transform="rotate(-90)" textAnchor="middle">{y}</text>
        {series.map((s, i) => (
          <g key={i} className={'t-role-' + s.role}>
            {bars
              ? s.points.map((p, j) => (
                <rect key={j} x={X(p[0]) + 1 + i * 3} y={Y(p[1])} height={Math.max(0, Y(0) - Y(p[1]))} rx="2"
                  width={Math.max(1, X(p[0] + width) - X(p[0]) - 2)}><title>{number(p[0])}: {number(p[1])}</title></rect>))
              : <><polyline points={s.points.map((p) => X(p[0]) + ',' + Y(p[1])).join(' ')} strokeDasharray={DASH[s.role] || ''} />
                {s.points.slice(-1).map((p) => <circle key="end" cx={X(p[0])} cy={Y(p[1])} r="4" />)}</>}
          </g>
        ))}
      </svg>
    </figure>
  )
}

// The same numbers for whoever reads rather than looks.
function Figures({ label, series, x }) {
  return (
    <details className="t-figures">
      <summary>{label}</summary>
      <div className="t-scroll">
        {series.map((s, i) => (
          <table key={i}>
            <thead><tr><th scope="col">{x}</th><th scope="col">{s.label}</th></tr></thead>
            <tbody>{s.points.map((p, j) => <tr key={j}><td>{number(p[0])}</td><td>{number(p[1])}</td></tr>)}</tbody>
          </table>
        ))}
      </div>
    </details>
  )
}
