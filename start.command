#!/bin/bash
# For macOS: double-click to open the tutor. (Para macOS: doble clic para abrir el tutor.)
cd "$(dirname "$0")" || exit 1

case "${LC_ALL:-${LANG:-$(defaults read -g AppleLocale 2>/dev/null)}}" in
    en*) spanish=0 ;;
    *) spanish=1 ;;
esac
say_it() { if [ "$spanish" = 1 ]; then printf '\n%b\n' "$1"; else printf '\n%b\n' "$2"; fi; }

for name in python3.13 python3.12 python3.11 python3; do
    for place in "" /Library/Frameworks/Python.framework/Versions/Current/bin/ /opt/homebrew/bin/ /usr/local/bin/; do
        # /usr/bin/python3 is a stand-in that asks to install Apple's developer tools: running it would open a window.
        found=$(command -v "$place$name") || continue
        if [ "$found" = /usr/bin/python3 ] && [ "$(uname)" = Darwin ] && ! xcode-select -p >/dev/null 2>&1; then continue; fi
        if "$found" -c "import sys" >/dev/null 2>&1; then python=$found && break 2; fi
    done
done

if [ -z "${python:-}" ]; then
    say_it "Falta Python, el lenguaje en que está escrito este programa.\nBajá «macOS 64-bit universal2 installer» de Python 3.13 en https://www.python.org/downloads/ , instalalo y volvé a abrir este archivo." \
        "Python, the language this program is written in, is missing.\nDownload the “macOS 64-bit universal2 installer” of Python 3.13 from https://www.python.org/downloads/ , install it and open this file again."
    status=2
else
    "$python" start.py "$@"
    status=$?
fi
if [ "$status" != 0 ] && [ -t 0 ]; then
    say_it "Para cerrar esta ventana, apretá Enter." "To close this window, press Enter."
    read -r
fi
exit "$status"
