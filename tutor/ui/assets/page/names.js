  // Names, roles and headings where Chainlit leaves none, has them in English only, or has them wrong.
  function set(element, name, value) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value)
  }
  const each = (selector, change) => document.querySelectorAll(selector).forEach(change)

  const NAMES = {
    '#theme-toggle': 'theme',
    '#new-chat-button': 'new_chat',
    '#sidebar-trigger-button, [data-sidebar=rail]': 'sidebar',
    '#search-chats-button': 'search',
    '[id=thread-options]': 'options',
    '#upload-button': 'attach',
    '#chat-input': 'write',
    '#chat-submit': 'send',
    '#stop-button': 'stop',
    '#side-view-title button': 'fold',
    '[role=dialog] > button:has(> .sr-only)': 'close',
    'aside:has(.t-map)': 'map',
    '#side-view-title:not(h2)': 'map',
    '[data-sidebar=sidebar]': 'sidebar',
    '[data-step-type=user_message]': 'you',
    'section[aria-live]:has(> [data-sonner-toaster]), section[aria-label^=Notifications]': 'notices',
  }

  // What else is to be so: selector, attribute, value; `null` takes the attribute away.
  const RIGHT = [
    ['#upload-button[role]', 'role', null],
    ['[data-sidebar=rail]', 'title', ''],
    ['[data-sidebar=sidebar]:not([role=dialog])', 'role', 'navigation'],
    ['ul:has(> #thread-history)', 'role', 'none'],
    ['[id=thread-options]', 'role', 'button'],
    ['[id=thread-options]', 'tabindex', '0'],
    ['#thread-history a > button', 'role', 'link'],
    ['#thread-history a > button', 'tabindex', '-1'],
    ['#side-view-title:not(h2)', 'role', 'heading'],
    ['#side-view-title:not(h2)', 'aria-level', '2'],
    ['[role=dialog]:has(#side-view-title)', 'aria-labelledby', 'side-view-title'],
    ['[role=dialog]:has(#side-view-title)', 'aria-describedby', null],
    ['[role=dialog][data-sidebar=sidebar]', 'aria-labelledby', null],
    ['[role=dialog][data-sidebar=sidebar]', 'aria-describedby', null],
    ['[data-step-type$=_message]', 'role', 'group'],
    ['.message-content [class*=scroll-m]:is(h3, h4)', 'aria-level', '2'], // a lesson's title: only the page's is above it
  ]

  function names() {
    for (const [selector, key] of Object.entries(NAMES)) each(selector, (found) => set(found, 'aria-label', words[key]))
    for (const [selector, name, value] of RIGHT) {
      each(selector, (found) => (value === null ? found.removeAttribute(name) : set(found, name, value)))
    }
  }

  // Whose a message is: Musa's, or what a model is writing, under its own name.
  function authors() {
    each('.ai-message img[alt^="Avatar for "]', (image) => {
      const message = image.closest('[data-step-type=assistant_message]')
      if (message) message.dataset.author = image.alt.slice('Avatar for '.length)
      image.alt = ''
    })
    each('[data-step-type=assistant_message]', (message) => set(message, 'aria-label', message.dataset.author || 'Musa'))
  }

  // Words in English that only a screen reader gets.
  const HIDDEN = { '#theme-toggle > .sr-only': 'theme', '[role=dialog] > button > .sr-only': 'close' }
  function hidden() {
    for (const [selector, key] of Object.entries(HIDDEN)) {
      each(selector, (found) => { if (found.textContent !== words[key]) found.textContent = words[key] })
    }
  }

  // The page's one heading of the first level, for who goes by headings.
  function headline() {
    const header = document.querySelector('#header')
    if (!header || header.querySelector('h1')) return
    const title = document.createElement('h1')
    title.className = 't-hidden'
    title.textContent = words.title
    header.prepend(title)
  }

  // An address in what somebody wrote, or a model, is a text and no way out: a click would tell another host that this
  // learner was here.
  const outside = (link) => /^(https?|mailto|ftp):/.test(link.getAttribute('href') || '') && link.host !== window.location.host
  function unlink() {
    each('[role=article] a[href], [data-step-type] a[href]', (link) => {
      if (!outside(link)) return
      if (link.textContent !== link.href) link.title = link.href
      link.removeAttribute('href')
    })
  }
  for (const kind of ['click', 'auxclick']) {
    document.addEventListener(kind, (event) => {
      const link = event.target.closest('[data-step-type] a')
      if (link && outside(link)) event.preventDefault()
    }, true)
  }
  // The way down, which says so where something new is there (scroll.js).
  function wayDown() {
    const name = document.documentElement.classList.contains('t-new') ? words.news : words.newest
    each('button:has(> .lucide-arrow-down.size-4)', (found) => {
      set(found, 'aria-label', name)
      set(found, 'data-news', words.news)
    })
  }
  window.addEventListener('tutor-news', wayDown)
  mends.push(names, authors, hidden, headline, unlink, wayDown)
