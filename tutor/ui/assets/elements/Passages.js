// Pieces of text, in the serif that is kept for the learner's words, each with where it comes from.
const LONG = 420

function Passage({ passage, words }) {
  const [open, setOpen] = useState(false)
  const long = passage.text.length > LONG
  const text = long && !open ? passage.text.slice(0, LONG).replace(/\s+\S*$/, '') + ' …' : passage.text
  return h(
    'figure',
    { className: 't-passage t-role-' + passage.role },
    h('blockquote', { className: 't-serif t-pre' }, text),
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
