// Pieces of text, in the serif that is kept for the learner's words, each with where it comes from.
const LONG = 420

// The text with what matters in it marked; the marks are in order and do not overlap.
function marked(text, marks) {
  const parts = []
  let at = 0
  for (const [start, end] of marks || []) {
    parts.push(text.slice(at, start), h('mark', { className: 't-lit', key: start }, text.slice(start, end)))
    at = end
  }
  return [...parts, text.slice(at)]
}

function Passage({ passage, words }) {
  const [open, setOpen] = useState(false)
  const lit = (passage.marks || []).length > 0
  const long = !lit && passage.text.length > LONG
  const text = long && !open ? passage.text.slice(0, LONG).replace(/\s+\S*$/, '') + ' …' : passage.text
  return h(
    'figure',
    { className: 't-passage t-role-' + passage.role },
    h('blockquote', { className: 't-serif t-pre' }, lit ? marked(text, passage.marks) : text),
    h(
      'figcaption',
      null,
      [passage.source, passage.where].filter(Boolean).join(' · '),
      long
        ? h(
            'button',
            { type: 'button', className: 't-link', 'aria-expanded': open, onClick: () => setOpen(!open) },
            open ? words.less : words.more,
          )
        : null,
    ),
  )
}

function Passages({ props }) {
  return h(
    Card,
    { kind: 'passages', title: props.title, caption: props.caption },
    props.passages.map((passage, i) => h(Passage, { key: i, passage, words: props.words })),
  )
}
