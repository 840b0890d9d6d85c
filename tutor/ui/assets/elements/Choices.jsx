// The buttons of a message. Once one was used, they say which and go quiet.
import { Check } from 'lucide-react'

export default function Choices() {
  const [pressed, setPressed] = useState(null)
  const chosen = props.chosen ?? pressed
  const open = props.open && pressed === null
  const press = async (button, index) => {
    setPressed(index)
    try { await act(button.intent, button.label) } catch (error) { setPressed(null) }
  }
  if (!open && chosen === null) return null
  return (
    <div className={'t-choices' + (open ? '' : ' t-used')} role="group" aria-label={props.words.group} data-testid="choices">
      {props.buttons.map((button, index) => (
        <button key={index} type="button" disabled={!open} onClick={() => press(button, index)}
          aria-pressed={index === chosen} className={'t-choice' + (button.main ? ' t-main' : '') + (index === chosen ? ' t-chosen' : '')}>
          {index === chosen ? <><Check size={16} aria-hidden="true" /><span className="t-hidden">{props.words.chosen} </span></> : null}
          {open && props.numbered && props.buttons.length > 1 ? <kbd aria-hidden="true">{index + 1}</kbd> : null}
          {button.label}
        </button>
      ))}
    </div>
  )
}
