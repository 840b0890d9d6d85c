  // A thin line under the header, for as long as something goes on in the background: what, how far, how long still.
  const SOON = 2000, LATER = 4000
  const line = document.createElement('div')
  line.className = 't-background'
  line.setAttribute('role', 'group')
  line.setAttribute('data-testid', 'running')
  const bar = document.createElement('div')
  bar.setAttribute('role', 'progressbar')
  bar.setAttribute('aria-valuemin', '0')
  bar.setAttribute('aria-valuemax', '100')
  const told = document.createElement('span')
  line.append(told, bar)
  const news = document.createElement('div')
  news.className = 't-hidden'
  news.setAttribute('role', 'status')
  news.setAttribute('data-testid', 'running-news')

  let running = null, half = false
  // Told to who listens: that it began, that half is done, that nothing goes on any more. Not each time it moves.
  function tellRunning(next) {
    const begun = next && (!running || next.run !== running.run)
    if (begun) half = next.share >= 0.5
    if (begun) news.textContent = next.text
    else if (next && !half && next.share >= 0.5) {
      half = true
      news.textContent = next.text
    } else if (!next && running) news.textContent = running.over
  }

  function showRunning() {
    const header = document.querySelector('#header')
    if (document.body && !news.isConnected) document.body.append(news)
    if (!running || !header) return line.remove()
    if (line.previousElementSibling !== header) header.after(line)
    const percent = String(Math.round(running.share * 100))
    if (told.textContent !== running.text) told.textContent = running.text
    set(line, 'aria-label', running.label)
    set(bar, 'aria-label', running.label)
    set(bar, 'aria-valuenow', percent)
    set(bar, 'aria-valuetext', running.text)
    bar.style.setProperty('--share', percent + '%')
  }

  async function askRunning() {
    if (!document.hidden) {
      try {
        const answer = await fetch('/api/running')
        if (answer.ok) {
          const { now } = await answer.json()
          tellRunning(now)
          running = now
          showRunning()
        }
      } catch { /* the program is closed: what the page says of that is enough */ }
    }
    setTimeout(askRunning, running ? SOON : LATER)
  }
  askRunning()
  mends.push(showRunning)
