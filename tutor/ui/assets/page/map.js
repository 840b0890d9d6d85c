  // The course map: its button in the header, and a panel that never stands in the way.
  const mapShown = () => document.querySelector('.t-map') !== null
  const mapDialog = () => document.querySelector('[role=dialog]:has(.t-map)')
  const mapButton = () => document.querySelector('.t-map-button')
  const BESIDE = ['(min-width: 1024px)', '(min-width: 768px)'].map((query) => window.matchMedia(query))

  // Folded away; the focus does not go with it.
  function fold() {
    tell({ tutor: 'fold' })
    returnFocus(20)
  }

  function addMapButton() {
    const place = document.querySelector('#header #theme-toggle')
    if (place && !mapButton()) {
      const button = document.createElement('button')
      button.type = 'button'
      button.className = 't-map-button'
      button.textContent = words.map
      button.addEventListener('click', () => (mapShown() ? fold() : tell({ tutor: 'map' })))
      place.parentElement.insertBefore(button, place)
    }
    if (mapButton()) set(mapButton(), 'aria-expanded', String(mapShown()))
  }
  document.addEventListener('click', (event) => {
    if (event.target.closest('#side-view-title button, [role=dialog] :is(.t-lesson > button, .t-route)')) fold()
  }, true)

  // On a narrow window the map is a dialog over the conversation, closed with Escape, its cross or a click beside it.
  let asked = false
  function followDialog() {
    const open = mapDialog() !== null
    if (asked && !mapShown()) fold()
    if (!mapShown()) document.documentElement.classList.remove('t-folding')
    asked = open
  }

  // A window that grows narrow (a turned tablet, the page at 200 %) must not throw the map over the conversation. The
  // server is told; it folds the map, and sends it again when there is room.
  function room() {
    const beside = BESIDE[0].matches
    if (!beside && mapShown()) {
      asked = false
      document.documentElement.classList.add('t-folding')
      returnFocus(20)
    }
    tell({ tutor: 'narrow', narrow: !beside })
  }
  for (const query of BESIDE) query.addEventListener('change', room)
  mends.push(addMapButton, followDialog)
