// Curves or bars, with the same numbers as a table under them.
export default function Chart() {
  return (
    <Card kind="chart" title={props.title} caption={props.caption}>
      <Plot form={props.form} series={props.series} x={props.x} y={props.y} label={props.title + '. ' + (props.caption || '')} />
      <Figures label={props.words.table} series={props.series} x={props.x} />
    </Card>
  )
}
