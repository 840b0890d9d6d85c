// What Chainlit's page lacks: news for screen readers, buttons that stay in reach, files refused in words. The parts in
// page/ (waiting for the program, names, the focus, the course map, long texts) are put in where it says so, by prepare.py.
(() => {
  const WORDS = __WORDS__
  const words = WORDS[document.documentElement.lang] || WORDS.es
  const LARGEST = 200 * 1000 * 1000
  const tell = (data) => window.postMessage(data, window.location.origin)

  // The server asks this before it sends the map: on a narrow window it would cover the conversation.
  const narrow = () => { document.cookie = 'narrow=' + (window.innerWidth < 1024 ? 1 : 0) + '; path=/; SameSite=Strict' }
  narrow()
  window.addEventListener('resize', narrow)

  // The address of a conversation from its first moment, so that a reload comes back to it. Chainlit does this itself
  // only where its history is on the screen.
  window.addEventListener('message', (event) => {
    if (event.origin !== window.location.origin || !event.data) return
    if (event.data.tutor === 'reload') window.location.reload()
    if (event.data.tutor === 'anew') window.location.assign('/')
    if (event.data.tutor === 'forgotten') live.textContent = '' // what was announced last may quote it
    if (event.data.tutor === 'thread' && window.location.pathname === '/') {
      window.history.replaceState(window.history.state, '', '/thread/' + event.data.id)
    }
  })

  // What has to be put right each time that the page has changed: each part adds its own.
  const mends = []
__PARTS__
  // A finished message is announced once. A page that opens with its history stays quiet.
  const live = document.createElement('div')
  live.className = 't-hidden'
  live.setAttribute('aria-live', 'polite')
  live.setAttribute('data-testid', 'live')
  const TOLD = '[role="article"], .t-title, .t-caption, .t-bet > div, .t-question .t-option-text'
  const heard = new Set()
  let timer = null
  let history = window.location.pathname.startsWith('/thread/')
  function announce() {
    const steps = [...document.querySelectorAll('[data-step-type="assistant_message"] [id^="step-"]')].filter((s) => !s.id.startsWith('step-waiting'))
    const fresh = steps.filter((s) => !heard.has(s.id))
    const quiet = history
    if (fresh.length) history = false
    fresh.forEach((s) => heard.add(s.id))
    const text = fresh.map((s) => [...s.querySelectorAll(TOLD)].map((e) => e.textContent).join('. ')).join(' ')
    if (text && !quiet) live.textContent = text
  }

  // Who works with the keyboard finds the next button under their fingers: the one they pressed may be gone.
  let keyboard = false
  document.addEventListener('click', (event) => {
    if (event.target.closest('.t-choice, .t-map button')) keyboard = event.detail === 0
  }, true)
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && event.target.closest('.t-question')) keyboard = true
  }, true)
  // Whether the focus is on what has just been used.
  const left = () => lost() || document.activeElement.closest('.t-used, .t-done, .t-map, .t-map-button') !== null
  function offer() {
    const open = [...document.querySelectorAll('[data-testid="choices"]:not(.t-used)')].pop()
    if (!open || !keyboard || !left()) return
    const answer = open.closest('[data-step-type]')?.querySelector('[data-testid="question"] :is(input, button):enabled')
    const next = answer || open.querySelector('.t-main') || open.querySelector('button')
    next.focus({ preventScroll: true })
    keyboard = false
  }

  new MutationObserver(() => {
    if (!live.isConnected && document.body) document.body.append(live)
    mends.forEach((mend) => mend())
    clearTimeout(timer)
    timer = setTimeout(() => { announce(); offer() }, 400)
  }).observe(document.documentElement, { childList: true, subtree: true })

  // Files that would only earn a message in English, or nothing at all: too large, or empty.
  const refused = (files) => [...(files || [])].filter((file) => file.size > LARGEST || file.size === 0)
  function stop(event, files) {
    const bad = refused(files)
    if (!bad.length) return
    event.preventDefault()
    event.stopImmediatePropagation()
    bad.forEach((file) => tell({ tutor: 'refused', name: file.name, size: file.size }))
    if (event.target && event.target.type === 'file') event.target.value = ''
  }
  window.addEventListener('change', (event) => { if (event.target.type === 'file') stop(event, event.target.files) }, true)
  window.addEventListener('drop', (event) => stop(event, event.dataTransfer && event.dataTransfer.files), true)
  window.addEventListener('paste', (event) => stop(event, event.clipboardData && event.clipboardData.files), true)
})()
