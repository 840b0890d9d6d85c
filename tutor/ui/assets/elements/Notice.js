// Something to know before going on; `news` is what whoever opens the conversation lands on.
const Notice = ({ props }) =>
  h(Note, { level: props.level, label: props.words.level, text: props.text, news: props.news })
