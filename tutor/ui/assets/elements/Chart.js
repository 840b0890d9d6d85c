// Curves or bars, with the same numbers as a table under them.
function Chart({ props }) {
  return h(
    Card,
    { kind: 'chart', title: props.title, caption: props.caption },
    h(Plot, {
      form: props.form,
      series: props.series,
      x: props.x,
      y: props.y,
      label: props.title + '. ' + (props.caption || ''),
    }),
    h(Figures, { label: props.words.table, series: props.series, x: props.x, all: props.words.all }),
  )
}
