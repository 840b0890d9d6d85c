// What was said before the messages on the page: a button that brings a piece of it back, and what was brought. Cards
// come folded to a line, and one that is not opened is not drawn.

function PastCard({ card }) {
  const [open, setOpen] = useState(false)
  if (!cards[card.name]) return null
  const body = () => {
    const drawn = h(cards[card.name], { given: card.props })
    return card.inert ? h('fieldset', { disabled: true }, drawn) : drawn
  }
  if (!card.folded) return body()
  return h(
    'details',
    { className: 't-folded', 'data-testid': 'folded', onToggle: (event) => setOpen(event.currentTarget.open) },
    h('summary', null, card.folded),
    open ? body() : null,
  )
}

const PastMessage = memo(
  ({ message, w }) =>
    h(
      'li',
      { className: message.mine ? 't-mine' : '', tabIndex: -1, 'data-past': message.id },
      h('span', { className: 't-hidden' }, message.mine ? w.mine : w.yours),
      message.text && (message.mine ? h('p', { className: 't-serif t-pre' }, message.text) : h(Words, null, message.text)),
      message.cards.map((card) => h(PastCard, { key: card.id, card })),
    ),
  (before, after) => before.message.id === after.message.id,
)

function Earlier({ props }) {
  const { messages, more, before, words: w } = props
  const asked = useRef(null)
  const ask = () => {
    asked.current = messages.length
    window.postMessage({ tutor: 'earlier', before, shown: messages.length }, window.location.origin)
  }
  useEffect(() => {
    // Who reads on upwards, by keyboard or by ear, goes on at the newest of what was brought.
    if (asked.current === null || messages.length <= asked.current) return
    const newest = messages[messages.length - 1 - asked.current]
    asked.current = null
    document.querySelector(`[data-past="${newest.id}"]`)?.focus({ preventScroll: true })
  }, [messages])
  return h(
    'section',
    { className: 't-past', 'aria-label': w.title, 'data-testid': 'earlier' },
    more
      ? h(
          'button',
          { type: 'button', className: 't-choice', 'data-testid': 'more-earlier', onClick: ask },
          h(ArrowUp, { size: 16, 'aria-hidden': 'true' }),
          w.more,
        )
      : null,
    messages.length
      ? h('ol', null, messages.map((message) => h(PastMessage, { key: message.id, message, w })))
      : null,
  )
}
