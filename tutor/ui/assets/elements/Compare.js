// The same beginning, continued by several hands, side by side.
function Compare({ props }) {
  return h(
    Card,
    { kind: 'compare', title: props.title, caption: props.caption },
    props.prompt
      ? h(
          'p',
          { className: 't-prompt' },
          h('span', { className: 't-small' }, props.words.prompt),
          ' ',
          h('span', { className: 't-serif' }, props.prompt),
        )
      : null,
    h(
      'div',
      { className: 't-columns' },
      props.columns.map((c, i) =>
        h(
          'article',
          { key: i, className: 't-column t-role-' + c.role, 'aria-label': c.label },
          h('p', { className: 't-author' }, c.role === 'plain' ? null : h(Swatch, { role: c.role }), c.label),
          h('p', { className: 't-serif t-pre' }, c.text),
        ),
      ),
    ),
  )
}
