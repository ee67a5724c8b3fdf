"""Draws a program's output as a picture of a terminal.

    cargo run --release -- demo | python3 docs/picture.py > docs/demo.svg
"""

import html
import sys

SIZE, LEADING, WIDTH, MARGIN = 13, 19, 7.83, 20
COLOURS = {"plain": "#d8dee9", "dim": "#8590a6", "good": "#a3be8c", "title": "#88c0d0"}


def colour(line):
    if line.startswith("$") or line.startswith("WHAT"):
        return COLOURS["title"]
    if line.startswith("All "):
        return COLOURS["good"]
    return COLOURS["dim"] if line.startswith("  ") else COLOURS["plain"]


def main():
    lines = ["$ cargo run --release -- demo", *sys.stdin.read().rstrip().split("\n")]
    width = MARGIN * 2 + max(map(len, lines)) * WIDTH
    height = MARGIN * 2 + len(lines) * LEADING
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
          f'viewBox="0 0 {width:.0f} {height}" role="img" aria-label="Output of the demo">')
    print(f'<rect width="100%" height="100%" rx="8" fill="#2b303b"/>')
    print(f'<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="{SIZE}">')
    for number, line in enumerate(lines):
        baseline = MARGIN + number * LEADING + SIZE
        print(f'<text x="{MARGIN}" y="{baseline}" xml:space="preserve" fill="{colour(line)}">'
              f"{html.escape(line)}</text>")
    print("</g></svg>")


main()
