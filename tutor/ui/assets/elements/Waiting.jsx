// What is being done, while it takes a moment.
export default function Waiting() {
  return <div className="t-waiting" role="status" data-testid="waiting"><span className="t-dots" aria-hidden="true"><i /><i /><i /></span>{props.text}</div>
}
