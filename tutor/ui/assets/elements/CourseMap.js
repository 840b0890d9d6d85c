// The course as a path: modules, and lessons as steps with their state in words and in shape.

const ICON = { todo: Circle, begun: CircleDot, passed: Check, review: RotateCcw }

function CourseMap({ props, act }) {
  const w = props.words
  return h(
    'nav',
    { className: 't-map', 'aria-label': w.done, 'data-testid': 'course-map' },
    h(
      'div',
      {
        className: 't-bar',
        role: 'progressbar',
        'aria-valuenow': Math.round(props.share * 100),
        'aria-valuemin': 0,
        'aria-valuemax': 100,
        'aria-label': w.done,
      },
      h('i', { style: { width: props.share * 100 + '%' } }),
    ),
    h('p', { className: 't-small' }, props.route ? props.route + ' · ' : '', w.done),
    props.modules.map((module, i) =>
      h(
        'section',
        { key: i },
        h('h4', null, module.title),
        h(
          'ol',
          null,
          module.lessons.map((lesson) => {
            const Icon = ICON[lesson.state]
            return h(
              'li',
              { key: lesson.id, className: 't-lesson t-' + lesson.state + (lesson.current ? ' t-current' : '') },
              h('span', { className: 't-node' }, h(Icon, { size: 14, 'aria-hidden': 'true' })),
              h(
                'button',
                {
                  type: 'button',
                  'aria-current': lesson.current ? 'step' : undefined,
                  onClick: () => act({ name: 'start_lesson', args: { lesson: lesson.id } }, w.go[lesson.id]),
                },
                h('span', null, lesson.number, ' ', lesson.title),
                h('small', null, lesson.current ? w.here : w.states[lesson.state], ' · ', w.minutes[lesson.minutes]),
              ),
              lesson.evidence.length
                ? h(
                    'details',
                    null,
                    h('summary', null, w.evidence),
                    h(
                      'ul',
                      null,
                      lesson.evidence.map((e, j) => h('li', { key: j }, e)),
                    ),
                  )
                : null,
            )
          }),
        ),
      ),
    ),
    h(
      'footer',
      null,
      props.model ? h('p', null, props.model) : null,
      props.outside
        ? h('p', { className: 't-notice t-warning' }, h(Globe, { size: 16, 'aria-hidden': 'true' }), ' ', props.outside)
        : h('p', null, h(ShieldCheck, { size: 16, 'aria-hidden': 'true' }), ' ', w.private),
    ),
  )
}
