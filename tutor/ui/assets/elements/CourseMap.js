// The course as a path: modules, and lessons as steps with their state in words and in shape.

const ICON = { todo: Circle, begun: CircleDot, walked: Footprints, passed: Check, review: RotateCcw }

function CourseMap({ props, act }) {
  const w = props.words
  const path = useCurrent(props)
  const go = (lesson) => act({ name: 'start_lesson', args: { lesson: lesson.id } }, w.go[lesson.id])
  return h(
    'nav',
    { className: 't-map', 'aria-label': w.title, 'data-testid': 'course-map', ref: path },
    h(Bar, { percent: props.share * 100, label: w.done }),
    h('p', { className: 't-small' }, props.route ? props.route + ' · ' : '', w.done),
    props.modules.map((module, i) =>
      h(
        'section',
        { key: i },
        h('h3', null, module.title),
        h(
          'ol',
          null,
          module.lessons.map((lesson) => h(Lesson, { key: lesson.id, lesson, go, w })),
        ),
      ),
    ),
    props.route
      ? h(
          'button',
          { type: 'button', className: 't-choice t-route', onClick: () => act({ name: 'route', args: {} }, w.route) },
          w.route,
        )
      : null,
    h(Things, { things: props.things, act, w }),
    h(Evidence, { lessons: props.modules.flatMap((module) => module.lessons), w }),
    h(Around, { props, w }),
  )
}

// The lesson that goes on is in sight whenever it becomes another one. Nothing but the map's own panel is moved.
function useCurrent({ modules }) {
  const path = useRef(null)
  const current = modules.flatMap((module) => module.lessons).find((lesson) => lesson.current)?.id
  useEffect(() => {
    const lesson = path.current?.querySelector('.t-current')
    let panel = path.current?.parentElement
    while (panel && !/auto|scroll/.test(getComputedStyle(panel).overflowY)) panel = panel.parentElement
    if (!lesson || !panel || panel === document.documentElement) return
    const [row, room] = [lesson.getBoundingClientRect(), panel.getBoundingClientRect()]
    if (row.top < room.top + 60 || row.bottom > room.bottom - 60) panel.scrollTop += row.top - room.top - room.height / 3
  }, [current])
  return path
}

// The learner's texts and models, each with what can be done with it; folded while there is not room for all.
function Things({ things, act, w }) {
  return h(
    'details',
    { className: 't-things', 'data-testid': 'things' },
    h('summary', null, w.mine, things.length ? ' (' + things.length + ')' : ''),
    things.length ? null : h('p', { className: 't-small' }, w.none),
    h('ul', null, things.map((thing, i) => h(Thing, { key: i, thing, says: w.on[i], act }))),
  )
}

function Thing({ thing, says, act }) {
  const id = useId()
  const press = (button, i) =>
    h(
      'button',
      { key: i, type: 'button', className: 't-thing-act', 'aria-label': says[i], onClick: () => act(button.intent, says[i]) },
      button.label,
    )
  return h(
    'li',
    { className: thing.current ? 't-current' : '', 'aria-labelledby': id },
    h('strong', { id }, thing.name),
    h('small', null, thing.about),
    h('div', { className: 't-thing-acts' }, thing.buttons.map(press)),
  )
}

function Lesson({ lesson, go, w }) {
  const { current } = lesson
  return h(
    'li',
    { className: 't-lesson t-' + lesson.state + (current ? ' t-current' : '') },
    h('span', { className: 't-node' }, h(ICON[lesson.state], { size: 14, 'aria-hidden': 'true' })),
    h(
      'button',
      { type: 'button', 'aria-current': current ? 'step' : undefined, onClick: () => go(lesson) },
      h('span', null, lesson.number, ' ', lesson.title),
      h('small', null, w.states[lesson.id]),
    ),
  )
}

// What is known of the learner, lesson by lesson: once for all of them, so that it does not push the path apart.
function Evidence({ lessons, w }) {
  const known = lessons.filter((lesson) => lesson.evidence.length)
  if (!known.length) return null
  return h(
    'details',
    { className: 't-evidence' },
    h('summary', null, w.evidence),
    known.map((lesson) =>
      h(
        'section',
        { key: lesson.id },
        h('h4', null, lesson.number, ' ', lesson.title),
        h(
          'ul',
          null,
          lesson.evidence.map((e, i) => h('li', { key: i }, e)),
        ),
      ),
    ),
  )
}

// Which model talks, and whether anything leaves the machine.
function Around({ props, w }) {
  return h(
    'footer',
    null,
    props.model ? h('p', null, props.model) : null,
    props.outside
      ? h('p', { className: 't-notice t-warning' }, h(Globe, { size: 16, 'aria-hidden': 'true' }), ' ', props.outside)
      : h('p', null, h(ShieldCheck, { size: 16, 'aria-hidden': 'true' }), ' ', w.private),
  )
}
