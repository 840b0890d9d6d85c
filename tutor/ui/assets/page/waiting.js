  // Chainlit asks who is at the page each time that its window comes to the front, and goes away to a page where one
  // logs in if nobody answers: the program has ended, or a new start of it does not know this browser yet. It waits
  // instead, as its connection does, and goes on where it was.
  const AGAIN = 1000
  const ask = window.fetch.bind(window)
  window.fetch = async (what, how) => {
    const path = new URL(what.url || what, window.location.href).pathname
    if (path !== '/user') return ask(what, how)
    for (;;) {
      const answer = await ask(what, how).catch(() => null)
      if (answer && answer.ok) return answer
      await new Promise((on) => setTimeout(on, AGAIN))
    }
  }

