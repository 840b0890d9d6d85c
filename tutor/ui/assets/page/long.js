  // More text than one message can carry: said before it is sent, and the text stays where it was written.
  const LONGEST = 20 * 1000 * 1000
  const composer = () => document.querySelector('#chat-input')
  const tooLong = () => {
    const text = composer()?.value || ''
    return text.length > LONGEST / 4 && new Blob([text]).size > LONGEST
  }

  function sayTooLong(long) {
    const said = document.querySelector('.t-too-long')
    if (!long || said) {
      if (!long) said?.remove()
      return
    }
    const note = document.createElement('p')
    note.className = 't-too-long t-notice t-warning'
    note.setAttribute('role', 'alert')
    note.textContent = words.too_long
    document.querySelector('#message-composer')?.before(note)
  }

  function holdBack(event) {
    if (!tooLong()) return
    event.preventDefault()
    event.stopImmediatePropagation()
    sayTooLong(true)
  }
  window.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && event.target === composer()) holdBack(event)
  }, true)
  window.addEventListener('click', (event) => { if (event.target.closest('#chat-submit')) holdBack(event) }, true)
  window.addEventListener('input', (event) => { if (event.target === composer()) sayTooLong(tooLong()) }, true)
