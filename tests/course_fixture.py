"""A small bilingual course, written to a folder: every kind of step and of question once."""

from __future__ import annotations

from pathlib import Path

COURSE = """\
modules:
  - {number: 1, title: {es: Entender, en: Understand}}
lessons: [first, second]
routes:
  express: [first]
  full: [first, second]
"""

CONCEPTS = """\
- {id: language-model, module: 1, core: true}
- {id: tokens, module: 1, core: true, prerequisites: [language-model], bkt: {p0: 0.3}}
"""

CONCEPTS_ES = """\
## language-model
# Modelo de lenguaje
Un modelo de lenguaje es un programa que reparte probabilidades entre las palabras que podrían seguir.

### simpler
Un programa que adivina cómo sigue una frase.

### example
Después de «más vale pájaro en», casi toda la probabilidad va a «mano».

### asks
- qué es un modelo de lenguaje
- cómo adivina la palabra que sigue
- qué hace el modelo cuando escribe

## tokens
# Token
Un token es un pedacito de texto: a veces una palabra, a veces media, a veces un signo. El modelo lee de a tokens.

### simpler
Los pedacitos en que el modelo corta el texto.

### example
«ferrocarril» puede cortarse en «fer», «roc» y «arril».

### asks
- qué es un token
- por qué corta las palabras en pedacitos
- cómo lee el texto el modelo

### source
Sennrich y otros, 2016.
"""

CONCEPTS_EN = """\
## language-model
# Language model
A language model is a program that shares out probabilities among the words that could come next.

### simpler
A program that guesses how a sentence goes on.

### example
After “a bird in the hand is worth two in the”, nearly all the probability goes to “bush”.

### asks
- what is a language model
- how does it guess the next word
- what does the model do when it writes

## tokens
# Token
A token is a piece of text: sometimes a word, sometimes half of one, sometimes a sign. The model reads in tokens.

### simpler
The pieces the model cuts text into.

### example
“railway” may be cut into “rail” and “way”.

### asks
- what is a token
- why does it cut words into pieces
- how does the model read text

### source
Sennrich et al., 2016.
"""

FIRST = """\
id: first
module: 1
number: "1.1"
minutes: 3
concepts: [language-model]
steps:
  - {id: hook, kind: say}
  - {id: bet, kind: predict, format: word}
  - id: see
    kind: run
    skill: quiz
    inputs: {topic: {es: modelos, en: models}, file: $mine}
    against: {step: bet, field: file}
  - {id: check, kind: item, item: lm.1}
  - {id: check2, kind: item, item: lm.3}
  - {id: end, kind: close}
items:
  - {id: lm.1, concept: language-model, format: single, options: {a: looks-up, b: right, c: thinks}}
  - {id: lm.2, concept: language-model, format: true_false, answer: true, misconception: thinks, in_lesson: false}
  - {id: lm.3, concept: language-model, format: open, expectations: [next], misconceptions: [looks-up], transfer: true}
"""

FIRST_ES = """\
# Adivinar la palabra

## hook
Un **modelo de lenguaje** adivina.

## bet
¿Cómo sigue «Más vale pájaro en»?

## see
Veamos.

## see:match
Vos dijiste {bet}, y coincidieron: {see.file}.

## see:differ
Vos dijiste {bet}; el modelo, {see.file}.

## end
Ya sabés qué hace un modelo de lenguaje.

## item lm.1
¿Qué hace un modelo de lenguaje?

### a
Busca la respuesta en internet
> Parece que buscara, pero no consulta nada.

### b
Reparte probabilidades
> Eso hace: entre las palabras que podrían seguir.

### c
Piensa la frase entera y recién entonces la escribe
> Va de a una palabra.

### hint
Pensá en una quiniela.

## item lm.2
El modelo elige la palabra que sigue según sus probabilidades.

### true
> Sí: una por vez.

### false
> No planea la frase: va de a una palabra.

## item lm.3
¿Qué hace un modelo con el comienzo de un tango?

### next
Calcula qué palabras pueden seguir.
- accept: calcula qué palabra es más probable que siga
- accept: adivina la palabra que viene
- accept: reparte probabilidades entre las palabras
- reject: busca el tango en internet
- cue: probab*
- cue: palabra que sigue

### looks-up
> No busca nada: calcula con lo que aprendió.
- cue: busca*
- cue: internet

### model
Reparte probabilidades entre las palabras que podrían seguir.

### hint
¿Qué apostaste vos?
"""

FIRST_EN = """\
# Guess the word

## hook
A **language model** guesses.

## bet
How does “A bird in the hand” go on?

## see
Let's see.

## see:match
You said {bet}, and so did the model: {see.file}.

## see:differ
You said {bet}; the model, {see.file}.

## end
Now you know what a language model does.

## item lm.1
What does a language model do?

### a
It looks the answer up on the internet
> It may seem to search, but it looks nothing up.

### b
It shares out probabilities
> That is it: among the words that could follow.

### c
It thinks the whole sentence and only then writes
> It goes one word at a time.

### hint
Think of a lottery.

## item lm.2
The model picks the next word by its probabilities.

### true
> Yes: one at a time.

### false
> It doesn't plan the sentence: it goes word by word.

## item lm.3
What does a model do with the beginning of a song?

### next
It works out which words may follow.
- accept: it works out which word is most likely to come next
- accept: it guesses the next word
- accept: it shares out probabilities among words
- reject: it looks the song up on the internet
- cue: probab*
- cue: next word

### looks-up
> It looks nothing up: it works with what it learnt.
- cue: look* up
- cue: internet

### model
It shares out probabilities among the words that could follow.

### hint
What did you bet?
"""

SECOND = """\
id: second
module: 1
number: "1.2"
minutes: 4
concepts: [tokens]
steps:
  - {id: guess, kind: predict, format: choice}
  - id: knob
    kind: try
    skill: quiz
    ask: topic
    inputs: {questions: 3}
    choices:
      a: {topic: {es: mar, en: sea}}
      b: {topic: $guess}
  - {id: train, kind: run, skill: quiz, inputs: {topic: x, file: $mine}, background: true}
  - {id: c1, kind: item, item: tk.1}
  - {id: c2, kind: item, item: tk.2}
  - {id: c3, kind: item, item: tk.3}
  - {id: c4, kind: item, item: tk.4}
  - {id: wait, kind: wait, run: train}
  - {id: bring, kind: bring}
  - {id: end, kind: close}
items:
  - {id: tk.1, concept: tokens, format: number, answer: 4, tolerance: 1}
  - {id: tk.2, concept: tokens, format: order, order: [a, b, c]}
  - {id: tk.3, concept: tokens, format: multiple, options: {a: right, b: right, c: word-only}}
  - {id: tk.4, concept: tokens, format: do, skill: quiz, check: {field: count, min: 3}, transfer: true}
"""

SECOND_ES = """\
# Pedacitos

## guess
¿En cuántos pedacitos?
### few
Pocos
### many
Muchos

## knob
Probá con otra palabra.
### a
El mar
### b
Lo que dijiste

## train
Empieza.

## wait:after
Listo: {train.file}.

## bring
Traé un texto.

## end
Hasta acá.

## item tk.1
¿Cuántos tokens tiene «ferrocarril»?
### right
> Eso es.
### low
> Son más.
### high
> Son menos.

## item tk.2
Ordená.
### a
Texto
### b
Tokens
### c
Números
### right
> Así va.
### wrong
> Primero el texto.

## item tk.3
¿Qué puede ser un token?
### a
Media palabra
> Sí.
### b
Un signo
> Sí.
### c
Solo una palabra entera
> A veces es menos.

## item tk.4
Cortá un verso tuyo.
### done
> Hecho.
### not-done
> Todavía no.
"""

SECOND_EN = """\
# Pieces

## guess
Into how many pieces?
### few
Few
### many
Many

## knob
Try another word.
### a
The sea
### b
What you said

## train
It begins.

## wait:after
Done: {train.file}.

## bring
Bring a text.

## end
That's it.

## item tk.1
How many tokens does “railway” have?
### right
> That's it.
### low
> There are more.
### high
> There are fewer.

## item tk.2
Put in order.
### a
Text
### b
Tokens
### c
Numbers
### right
> That's the way.
### wrong
> Text comes first.

## item tk.3
What can a token be?
### a
Half a word
> Yes.
### b
A sign
> Yes.
### c
Only a whole word
> Sometimes it's less.

## item tk.4
Cut up a line of yours.
### done
> Done.
### not-done
> Not yet.
"""

FILES = {
    "course.yaml": COURSE,
    "concepts.yaml": CONCEPTS,
    "concepts.es.md": CONCEPTS_ES,
    "concepts.en.md": CONCEPTS_EN,
    "lessons/first/lesson.yaml": FIRST,
    "lessons/first/es.md": FIRST_ES,
    "lessons/first/en.md": FIRST_EN,
    "lessons/second/lesson.yaml": SECOND,
    "lessons/second/es.md": SECOND_ES,
    "lessons/second/en.md": SECOND_EN,
}


def write_course(root: Path, **changed: tuple[str, str]) -> Path:
    """Write the course to `root`. `changed` replaces text in a file: name it by its letters, `first_es_md`;
    a figure after it (`first_es_md2`) for one more change."""
    names = {"".join(c if c.isalnum() else "_" for c in name.removeprefix("lessons/")): name for name in FILES}
    files = dict(FILES)
    for key, (old, new) in changed.items():
        name = names[key.rstrip("0123456789")]
        assert old in files[name], f"{old!r} is not in {name}"
        files[name] = files[name].replace(old, new, 1)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root
