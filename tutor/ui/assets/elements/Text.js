// A paragraph of the program's own words between two cards.
function Text({ props }) {
  return h(Words, null, props.text)
}
