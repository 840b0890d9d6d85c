// Something to know before going on; the level is said, not only coloured.

function Notice({ props }) {
  const Icon = props.level === 'warning' ? TriangleAlert : Info
  return h(
    'div',
    { className: 't-notice t-' + props.level, role: 'note', 'aria-label': props.words.level, 'data-testid': 'notice' },
    h(Icon, { size: 18, 'aria-hidden': 'true' }),
    h(Words, null, props.text),
  )
}
