// What the learner said beforehand beside what came: a word or a figure large, a sentence as one.
const BET_WORD = 24 // letters

function Bet({ props }) {
  const told = props.sides.some(({ text }) => text.length > BET_WORD)
  const kind = (side) => (side === 'yours' ? 't-serif' : '') + (told ? ' t-told' : '')
  return h(
    'dl',
    { className: 't-bet', 'data-testid': 'bet' },
    props.sides.map(({ side, label, text }) =>
      h('div', { key: side, className: 't-bet-' + side }, h('dt', null, label), h('dd', { className: kind(side) }, text)),
    ),
  )
}
