// Something to know before going on.
const Notice = ({ props }) => h(Note, { level: props.level, label: props.words.level, text: props.text })
