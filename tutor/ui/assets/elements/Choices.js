// The buttons of a message. Once one was used, they say which and go quiet.

function Choices({ props, act }) {
  const [pressed, setPressed] = useState(null)
  const chosen = props.chosen ?? pressed
  const open = props.open && pressed === null
  const kept = useKeptFocus()
  useEffect(() => setPressed(null), [props])
  const press = async (button, index) => {
    setPressed(index)
    try {
      await act(button.intent, button.label)
    } catch (error) {
      setPressed(null)
    }
  }
  if (!open && chosen === null) return null
  const numbered = open && props.numbered && props.buttons.length > 1
  const drawn = (button, index) =>
    h(
      Button,
      {
        key: index,
        main: button.main,
        chosen: index === chosen,
        disabled: !open,
        onClick: () => press(button, index),
      },
      index === chosen
        ? h(
            Fragment,
            null,
            h(Check, { size: 16, 'aria-hidden': 'true' }),
            h('span', { className: 't-hidden' }, props.words.chosen, ' '),
          )
        : null,
      numbered ? h('kbd', { 'aria-hidden': 'true' }, index + 1) : null,
      button.label,
    )
  return h(
    'div',
    {
      className: 't-choices' + (open ? '' : ' t-used'),
      role: 'group',
      'aria-label': props.words.group,
      'data-testid': 'choices',
      tabIndex: open ? undefined : -1,
      ...kept,
    },
    props.buttons.map(drawn),
  )
}
