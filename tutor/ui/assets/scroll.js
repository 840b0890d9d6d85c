// Where the page stands, in place of Chainlit's own scrolling (switched off in config.toml). A turn is followed while it
// grows until its beginning, what one said oneself, is under the upper edge; then the page rests. What comes or goes
// above what is being read does not move it. What comes later by itself is followed by who had all in sight; else the way
// down says that it is there. A conversation that is opened again shows what is open.
(() => {
  const EDGE = 12, OPENING = 5000, A_TURN = 3000, SEEN = 48
  const STEPS = '[data-step-type="user_message"], [data-step-type="assistant_message"]'
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)')
  const now = () => performance.now()
  const top = (element) => element.getBoundingClientRect().top
  const bottom = (element) => element.getBoundingClientRect().bottom

  let scroller = null, steps = []
  let turn = null // the message with which the newest turn begins; null when the reader has gone elsewhere
  let acted = false // the reader did something, and nothing new has come yet
  let actedAt = -Infinity
  let busy = false // a turn was at work when the page was last looked at
  let ended = true // all there is was in sight then
  let unseen = null // the first message that came below what is in sight, and was not led to
  let held = [] // what is in sight, and where: what is first may go
  let opening = 0, path = '' // until when a conversation counts as being opened
  let moving = false
  let soon = 0 // the frame in which the page will be looked at

  function find() {
    if (scroller && scroller.isConnected) return scroller
    scroller = document.querySelector('[data-step-type]')
    while (scroller && !/auto|scroll/.test(getComputedStyle(scroller).overflowY)) scroller = scroller.parentElement
    if (scroller) scroller.addEventListener('scroll', stand, { passive: true })
    held = []
    return scroller
  }

  function stand() {
    if (moving) return
    hold()
    if (!soon && steps.length) ended = hidden() <= EDGE + 1
  }

  // Chainlit's way down is there from the first pixel that is missing; it is wanted where words or buttons are. Where it
  // has a strip of its own, that strip is room as well.
  const BLANK = 14 // what a message has below its last line
  function mark() {
    const arrow = document.querySelector('.absolute.bottom-4:has(> button > .lucide-arrow-down)')
    const strip = arrow && getComputedStyle(arrow).position === 'static' ? arrow.offsetHeight : 0
    document.documentElement.classList.toggle('t-end', steps.length > 0 && hidden() - strip <= EDGE + BLANK)
    if (unseen && (!unseen.isConnected || top(unseen) < bottom(scroller) - SEEN)) unseen = null
    if (document.documentElement.classList.contains('t-new') === (unseen !== null)) return
    document.documentElement.classList.toggle('t-new', unseen !== null)
    window.dispatchEvent(new Event('tutor-news')) // its name is another then: page/names.js
  }

  function hold() {
    mark()
    const edge = top(scroller)
    const all = [...scroller.querySelectorAll('[data-past], ' + STEPS)]
    held = all.filter((e) => bottom(e) > edge + 1).map((element) => ({ element, top: top(element) }))
  }

  function restore() {
    const first = held.find(({ element }) => element.isConnected)
    if (!first) return
    const by = top(first.element) - first.top
    if (Math.abs(by) >= 1) scroller.scrollTop += by
  }

  const shown = () => [...scroller.querySelectorAll(STEPS)].filter((step) => step.offsetHeight)
  const hidden = () => bottom(steps[steps.length - 1]) + EDGE - bottom(scroller)

  // Where a conversation that is opened begins to be of interest: what was said last, if it is in sight together with
  // what came of it, else the message that waits for something.
  function landing() {
    const mine = steps.filter((step) => step.dataset.stepType === 'user_message').pop()
    if (mine && bottom(steps[steps.length - 1]) - top(mine) < scroller.clientHeight - 2 * EDGE) return mine
    const news = [...scroller.querySelectorAll('[data-news]')].pop() // what is to be seen first, if it is the newest
    if (news && !(mine && top(news) < top(mine))) return news.closest(STEPS)
    const open = [...document.querySelectorAll('[data-testid=choices]:not(.t-used), [data-testid=question]:not(.t-done)')].pop()
    return (open && open.closest(STEPS)) || steps[steps.length - 1]
  }

  function look() {
    soon = 0
    const before = steps
    steps = shown()
    if (!steps.length) return
    const fresh = steps.filter((step) => !before.includes(step))
    if (window.location.pathname !== path) {
      path = window.location.pathname
      opening = path.startsWith('/thread/') ? now() + OPENING : 0
    }
    const gone = turn && !turn.isConnected // a line that said what was being waited for
    const byItself = !busy && now() - actedAt > A_TURN
    if (now() < opening) turn = landing()
    else if (fresh.length && (acted || gone || (byItself && ended))) turn = fresh[0]
    else if (fresh.length && !unseen && (byItself || !turn)) unseen = fresh[0]
    if (fresh.length) acted = false
    busy = document.querySelector('#stop-button, [data-testid=waiting]') !== null
    move()
  }

  const left = () => (turn && turn.isConnected ? Math.min(hidden(), top(turn) - top(scroller) - EDGE) : 0)

  function move() {
    const by = left()
    ended = hidden() <= EDGE + 1
    if (by < 1) {
      moving = false
      hold()
      return
    }
    const jump = calm.matches || now() < opening || document.hidden
    scroller.scrollTop += jump ? by : Math.max(by - scroller.clientHeight, Math.ceil(by / 3))
    hold()
    if (jump || moving) return
    moving = true
    const on = () => {
      if (!moving || !find()) return
      moving = false
      move()
    }
    requestAnimationFrame(on)
  }

  // What holds the conversation is not to be scrolled itself: a browser does that to show what the keyboard has come to,
  // and the upper edge would be gone for good. The conversation moves instead.
  document.addEventListener('scroll', (event) => {
    const box = event.target
    if (!scroller || box === scroller || !box.contains || !box.contains(scroller)) return
    const moved = box === document ? document.documentElement : box
    const by = moved.scrollTop
    if (!by) return
    moved.scrollTop = 0
    scroller.scrollTop += by
  }, { capture: true, passive: true })

  // --- what the reader does ---
  const act = () => { acted = true; actedAt = now(); opening = 0; unseen = null }
  document.addEventListener('click', (event) => {
    if (event.target.closest('.t-choice, .t-card button, .t-map button, #chat-submit') && !event.target.closest('.t-past')) act()
  }, true)
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.target.closest('#message-composer')) act()
    if (event.key === 'PageUp' && find() && scroller.scrollTop <= 0) document.querySelector('[data-testid=more-earlier]')?.click()
    if (/^(PageUp|PageDown|Home|End|ArrowUp|ArrowDown)$/.test(event.key) && !event.target.closest('#message-composer')) leave()
  }, true)
  document.addEventListener('click', (event) => { if (event.target.closest('summary')) leave() }, true)
  document.addEventListener('click', (event) => {
    if (!unseen || !event.target.closest('button:has(> .lucide-arrow-down)')) return
    event.stopImmediatePropagation() // Chainlit's own way leads to the last line, past the beginning of what is new
    turn = unseen
    move()
  }, true)
  function leave() { turn = null; opening = 0; moving = false }
  for (const kind of ['wheel', 'touchmove']) window.addEventListener(kind, leave, { passive: true })
  window.addEventListener('pointerdown', (event) => { if (event.target === scroller) leave() })

  new MutationObserver((changes) => {
    if (!find() || !changes.some((change) => scroller.contains(change.target))) return
    restore()
    cancelAnimationFrame(soon)
    soon = requestAnimationFrame(look)
  }).observe(document.documentElement, { childList: true, subtree: true, characterData: true })
  window.addEventListener('resize', () => { if (find() && steps.length) move() })
})()
