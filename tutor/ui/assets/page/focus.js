  // The focus is never lost: what had it may be gone, and Chainlit gives it back to nothing when a dialog closes.
  function lost() {
    const focused = document.activeElement
    return !focused || focused === document.body || focused.disabled
  }

  const DIALOG = '[role=dialog], [role=alertdialog]:not(.t-controls), [role=menu]'
  let before = null // what had the focus last, outside of a dialog
  document.addEventListener('focusin', (event) => { if (!event.target.closest(DIALOG)) before = event.target })

  // Back to where it was before a dialog, or to the map's button; a dialog takes a moment to go.
  function returnFocus(tries) {
    const there = before?.isConnected && !before.disabled ? before : document.querySelector('.t-map-button')
    if (lost() && !document.querySelector(DIALOG)) there?.focus({ preventScroll: true })
    if (tries > 0) setTimeout(() => returnFocus(tries - 1), 100)
  }

  let dialog = false
  function followDialogs() {
    const open = document.querySelector(DIALOG) !== null
    if (dialog && !open) returnFocus(10)
    dialog = open
  }
  mends.push(followDialogs)
