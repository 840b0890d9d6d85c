#!/bin/sh
# For Linux: what start.desktop opens, in a terminal. (Para Linux: lo que abre start.desktop, en una terminal.)
cd "$(dirname "$0")" || exit 1

case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in
    es* | "" | C | C.* | POSIX) spanish=1 ;;
    *) spanish=0 ;;
esac
say_it() { if [ "$spanish" = 1 ]; then printf '\n%b\n' "$1"; else printf '\n%b\n' "$2"; fi; }

python=
for name in python3 python3.13 python3.12 python3.11; do
    if "$name" -c "import sys" >/dev/null 2>&1; then python=$name && break; fi
done

if [ -z "$python" ]; then
    say_it "Falta Python, el lenguaje en que está escrito este programa.\nEn Ubuntu o Debian escribí:   sudo apt install python3 python3-venv   y volvé a abrir este archivo." \
        "Python, the language this program is written in, is missing.\nOn Ubuntu or Debian type:   sudo apt install python3 python3-venv   and open this file again."
    status=2
else
    "$python" start.py "$@"
    status=$?
fi
if [ "$status" != 0 ] && [ -t 0 ]; then
    say_it "Para cerrar esta ventana, apretá Enter." "To close this window, press Enter."
    read -r _
fi
exit "$status"
