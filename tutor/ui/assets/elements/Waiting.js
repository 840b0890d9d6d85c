// What is being done, while it takes a moment.
function Waiting({ props }) {
  return h(
    'div',
    { className: 't-waiting', role: 'status', 'data-testid': 'waiting' },
    h('span', { className: 't-dots', 'aria-hidden': 'true' }, h('i', null), h('i', null), h('i', null)),
    props.text,
  )
}
