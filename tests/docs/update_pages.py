#!/usr/bin/env python3
"""Updates Markdown pages in place.

Replaces each C++ or HTML block that names its source by the current source (see check_snippets.sh), and wraps the prose
at 100 columns. Tables, code and headings stay as they are.

usage: update_pages.py SOURCE_DIR [FILE...]     default: all Markdown files in git
"""

import os
import re
import subprocess
import sys
import textwrap

WIDTH = 100
UNBREAKABLE = "\u00a0"  # replaces spaces at which a line must not be wrapped


def region(path, name):
    """Returns the lines between the two markers `// [name]`, without the indentation of the marker."""
    lines, inside, marks, indent = [], False, 0, 0
    with open(path, encoding="utf-8") as file:
        for line in file.read().split("\n"):
            if line.strip() == f"// [{name}]":
                inside, marks, indent = not inside, marks + 1, len(line) - len(line.lstrip())
            elif inside:
                lines.append(line[indent:] if not line[:indent].strip() else line)
    if marks != 2:
        raise SystemExit(f"{path} has no region [{name}]")
    return "\n".join(lines)


def with_current_blocks(text):
    text = re.sub(
        r"^<!-- (\S+) \[(\S+)\] -->\n```cpp\n.*?^```$",
        lambda m: f"<!-- {m.group(1)} [{m.group(2)}] -->\n```cpp\n{region(m.group(1), m.group(2))}\n```",
        text, flags=re.MULTILINE | re.DOTALL)

    def page(match):
        with open(match.group(1), encoding="utf-8") as file:
            return f"<!-- {match.group(1)} -->\n```html\n{file.read().rstrip()}\n```"

    return re.sub(r"^<!-- (\S+\.html) -->\n```html\n.*?^```$", page, text, flags=re.MULTILINE | re.DOTALL)


def wrapped(lines):
    """Returns the wrapped lines of one paragraph or list item."""
    start = re.match(r"( *)([-*+] |\d+\. |> )?", lines[0])
    indent, mark = start.group(1), start.group(2) or ""
    text = " ".join(line.strip() for line in lines)[len(mark):]
    for unbreakable in (r"`[^`]*`", r"\]\([^)]*\)"):
        text = re.sub(unbreakable, lambda m: m.group(0).replace(" ", UNBREAKABLE), text)
    # At the beginning of a line, these words would begin a list item, a heading or a quotation.
    text = re.sub(r"(?<=\S) (?=(\d+[.)]|[-*+]|#+|>\S*)( |$))", UNBREAKABLE, text)
    result = textwrap.wrap(
        text, width=WIDTH, initial_indent=indent + mark, subsequent_indent=indent + " " * len(mark),
        break_long_words=False, break_on_hyphens=False)
    return [line.replace(UNBREAKABLE, " ") for line in result]


def with_wrapped_prose(text):
    result, paragraph, fenced = [], [], False

    def end_paragraph():
        if paragraph:
            result.extend(wrapped(paragraph))
            paragraph.clear()

    for line in text.split("\n"):
        if re.match(r" *(```|~~~)", line):
            end_paragraph()
            fenced = not fenced
            result.append(line)
        elif fenced or not line.strip() or line.startswith(("|", "#", "<!--")) or \
                line.startswith("    ") and not paragraph and not re.match(r" +[-*+] ", line):
            end_paragraph()
            result.append(line)
        else:
            if re.match(r" *([-*+] |\d+\. |> )", line):
                end_paragraph()
            paragraph.append(line)
    end_paragraph()
    return "\n".join(result)


def main():
    os.chdir(sys.argv[1])
    files = sys.argv[2:] or subprocess.run(
        ["git", "ls-files", "*.md"], capture_output=True, text=True, check=True).stdout.split()
    for name in files:
        with open(name, encoding="utf-8") as file:
            text = file.read()
        updated = with_wrapped_prose(with_current_blocks(text))
        if updated != text:
            with open(name, "w", encoding="utf-8") as file:
                file.write(updated)
            print(f"updated {name}")


if __name__ == "__main__":
    main()
