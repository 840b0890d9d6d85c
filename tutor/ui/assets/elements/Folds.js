// What else there is to see of a result: a line each, which opens in place. What is not opened is not drawn.

function Folds({ props }) {
  const id = useId()
  return h(
    'div',
    { className: 't-folds', role: 'group', 'aria-labelledby': id, 'data-testid': 'folds' },
    h('p', { className: 't-small', id }, props.words.title),
    props.lines.map((line, i) => h(FoldedLine, { key: i, line })),
  )
}

// `line.open`: it was opened from elsewhere, by its words being typed.
function FoldedLine({ line }) {
  const [open, setOpen] = useState(line.open)
  useEffect(() => {
    if (line.open) setOpen(true)
  }, [line.open])
  const drawn = (card, i) => (cards[card.name] ? h(cards[card.name], { key: i, given: card.props }) : null)
  return h(
    'details',
    { className: 't-fold', open, onToggle: (event) => setOpen(event.currentTarget.open), 'data-testid': 'fold' },
    h('summary', null, line.label),
    open ? line.cards.map(drawn) : null,
  )
}
