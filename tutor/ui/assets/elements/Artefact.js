// Something that was made and is kept: what, how big, where.

function Artefact({ props, act }) {
  return h(
    Card,
    { kind: 'artefact', title: props.title, caption: props.caption },
    h(
      'div',
      { className: 't-row t-made' },
      h(FolderCheck, { size: 22, 'aria-hidden': 'true' }),
      h('strong', null, props.name),
      h('span', { className: 't-small' }, props.words.size),
    ),
    h('p', { className: 't-small' }, props.words.where),
    h(
      'div',
      { className: 't-controls' },
      h(Button, { 'data-testid': 'show-folder', onClick: () => act(props.intent, props.words.open) }, props.words.open),
    ),
  )
}
