// What the learner said beforehand beside what came.
function Bet({ props }) {
  return h(
    'dl',
    { className: 't-bet', 'data-testid': 'bet' },
    props.sides.map(({ side, label, text }) =>
      h('div', { key: side, className: 't-bet-' + side }, h('dt', null, label), h('dd', { className: side === 'yours' ? 't-serif' : '' }, text)),
    ),
  )
}
