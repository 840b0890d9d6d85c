// The cards, built once. Chainlit reads an element's file anew, and compiles it, each time anything on the page changes;
// with all of a card's code in that file a long conversation becomes slow. So the files in elements/ that Chainlit gets
// (written by prepare.py) are a line each, and hand what they were given to the components below.
window.tutorCards = (React, icons, Markdown) => {
  const { createElement: h, Fragment, memo, useEffect, useId, useLayoutEffect, useRef, useState } = React
  const {
    ArrowDown, ArrowUp, Check, Circle, CircleDashed, CircleDot, FileText, FolderCheck, Footprints, Globe, Info, Minus, RotateCcw,
    ShieldCheck, TriangleAlert, X,
  } = icons
  const cards = {}
  let callAction = null

  // A card is drawn again only when what it shows has changed.
  const card = (Component) => memo(
    function Card({ given }) {
      // A click: the intent goes to the session, its words appear as the learner's.
      const act = (intent, says) => callAction({ name: 'turn', payload: { intent, says: says || '', element: given.element } })
      return h(Component, { props: given, act })
    },
    (before, after) => JSON.stringify(before.given) === JSON.stringify(after.given),
  )

  __CARDS__

  return (name, given, call) => {
    callAction = call
    return h(cards[name], { given })
  }
}
