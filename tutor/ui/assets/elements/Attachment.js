// A file the learner brought, as it was named.

function Attachment({ props }) {
  return h(
    'div',
    { className: 't-file', 'data-testid': 'attachment' },
    h(FileText, { size: 18, 'aria-hidden': 'true' }),
    h('span', null, props.name),
    h('small', null, props.size),
  )
}
