// A paragraph of the program's own words between two cards.
export default function Text() {
  return <Words>{props.text}</Words>
}
