// Rows and columns; wide ones scroll within the card.
export default function Table() {
  return (
    <Card kind="table" title={props.title} caption={props.caption}>
      <div className="t-scroll" tabIndex={0} role="region" aria-label={props.title}>
        <table>
          <thead><tr>{props.columns.map((c, i) => <th key={i} scope="col" className={c.numeric ? 't-num' : ''}>{c.label}</th>)}</tr></thead>
          <tbody>
            {props.rows.map((row, i) => (
              <tr key={i}>{row.map((cell, j) => (j === 0
                ? <th key={j} scope="row" className={props.columns[j].numeric ? 't-num' : ''}>{cell}</th>
                : <td key={j} className={props.columns[j]?.numeric ? 't-num' : ''}>{cell}</td>))}</tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  )
}
