@echo off
rem For Windows: double-click to open the tutor. (Para Windows: doble clic para abrir el tutor.)
setlocal
chcp 65001 >nul
cd /d "%~dp0"

rem The person's language: Spanish where Windows is in Spanish.
set "spanish="
for /f "tokens=3" %%L in ('reg query "HKCU\Control Panel\International" /v LocaleName 2^>nul') do set "locale=%%L"
if /i "%locale:~0,2%"=="es" set "spanish=1"

rem The "python" of a new Windows is a stand-in that opens a shop: only one that answers counts.
set "run="
for %%C in ("py -3.13" "py -3.12" "py -3.11" "py -3" "python" "python3") do if not defined run call :try %%C
if not defined run goto missing

%run% start.py %*
if errorlevel 1 goto problem
exit /b 0

:try
%~1 -c "import sys" >nul 2>nul
if not errorlevel 1 set "run=%~1"
exit /b 0

:missing
echo.
if defined spanish (
    echo Falta Python, el lenguaje en que está escrito este programa.
    echo.
    echo Bajá «Windows installer ^(64-bit^)» de Python 3.13 en https://www.python.org/downloads/
    echo Al instalarlo, marcá la casilla «Add python.exe to PATH». Después abrí este archivo de nuevo.
) else (
    echo Python, the language this program is written in, is missing.
    echo.
    echo Download the "Windows installer (64-bit)" of Python 3.13 from https://www.python.org/downloads/
    echo While installing, tick the box "Add python.exe to PATH". Then open this file again.
)

:problem
echo.
if defined spanish (echo Para cerrar esta ventana, apretá una tecla.) else (echo To close this window, press a key.)
pause >nul
exit /b 1
