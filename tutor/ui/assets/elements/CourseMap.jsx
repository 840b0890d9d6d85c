// The course as a path: modules, and lessons as steps with their state in words and in shape.
import { Check, Circle, CircleDot, Globe, RotateCcw, ShieldCheck } from 'lucide-react'

const ICON = { todo: Circle, begun: CircleDot, passed: Check, review: RotateCcw }

export default function CourseMap() {
  const w = props.words
  return (
    <nav className="t-map" aria-label={w.done} data-testid="course-map">
      <div className="t-bar" role="progressbar" aria-valuenow={Math.round(props.share * 100)} aria-valuemin={0} aria-valuemax={100} aria-label={w.done}><i style={{ width: props.share * 100 + '%' }} /></div>
      <p className="t-small">{props.route ? props.route + ' · ' : ''}{w.done}</p>
      {props.modules.map((module, i) => (
        <section key={i}>
          <h4>{module.title}</h4>
          <ol>
            {module.lessons.map((lesson) => {
              const Icon = ICON[lesson.state]
              return (
                <li key={lesson.id} className={'t-lesson t-' + lesson.state + (lesson.current ? ' t-current' : '')}>
                  <span className="t-node"><Icon size={14} aria-hidden="true" /></span>
                  <button type="button" aria-current={lesson.current ? 'step' : undefined}
                    onClick={() => act({ name: 'start_lesson', args: { lesson: lesson.id } }, w.go[lesson.id])}>
                    <span>{lesson.number} {lesson.title}</span>
                    <small>{lesson.current ? w.here : w.states[lesson.state]} · {w.minutes[lesson.minutes]}</small>
                  </button>
                  {lesson.evidence.length ? <details><summary>{w.evidence}</summary><ul>{lesson.evidence.map((e, j) => <li key={j}>{e}</li>)}</ul></details> : null}
                </li>
              )
            })}
          </ol>
        </section>
      ))}
      <footer>
        {props.model ? <p>{props.model}</p> : null}
        {props.outside
          ? <p className="t-notice t-warning"><Globe size={16} aria-hidden="true" /> {props.outside}</p>
          : <p><ShieldCheck size={16} aria-hidden="true" /> {w.private}</p>}
      </footer>
    </nav>
  )
}
