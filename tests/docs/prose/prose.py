#!/usr/bin/env python3
"""Checks the prose of the Markdown pages and of the comments. See check_prose.sh.

usage: prose.py SOURCE_DIR [--report]

Prints FILE:LINE: RULE: TEXT for each error and returns 1 if there is one. With --report it checks the comments of all
files, also prints the findings that are not errors, and returns 0.
"""

import os
import re
import subprocess
import sys

MAX_COLUMNS = 100
MAX_WORDS = 35  # of one clause, between full stops, semicolons and colons
QUESTION_WORDS = re.compile(r"^(Who|What|Whoever|Whatever)\b")
HERE = os.path.dirname(os.path.abspath(__file__))

LINE_COMMENT = {
    ".cpp": "//", ".hpp": "//", ".c": "//", ".mjs": "//", ".js": "//", ".go": "//", ".rs": "//",
    ".sh": "#", ".cmake": "#", ".py": "#", ".txt": "#", "": "#",
}


def read_rules():
    rules = []
    with open(os.path.join(HERE, "words.txt"), encoding="utf-8") as words:
        for line in words:
            if line.startswith("#") or not line.strip():
                continue
            level, rest = line.split("|", 1)
            expression, advice = rest.rsplit("|", 1)
            rules.append((level.strip(), re.compile(expression.strip(), re.IGNORECASE), advice.strip()))
    return rules


def markdown_blocks(text):
    """Yields (first line, text) of each paragraph, heading, list item and table cell, without code."""
    paragraph, start, fenced = [], 0, False
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if re.match(r"(```|~~~)", stripped):
            fenced = not fenced
            stripped = ""
        elif fenced or line.startswith("    ") and not paragraph:
            stripped = ""
        if stripped.startswith("<!--"):
            stripped = ""
        begins = re.match(r"([-*+]|\d+\.|#{1,6}|>) ", stripped)
        if (not stripped or begins or stripped.startswith("|")) and paragraph:
            yield start, " ".join(paragraph)
            paragraph = []
        if stripped.startswith("|"):
            for cell in re.split(r"(?<!\\)\|", stripped):
                yield number, plain(cell)
        elif stripped:
            if not paragraph:
                start = number
            paragraph.append(plain(stripped[begins.end():] if begins else stripped))
    if paragraph:
        yield start, " ".join(paragraph)


def plain(line):
    line = re.sub(r"``.*?``|`[^`]*`", "CODE", line)
    line = re.sub(r"\]\([^)]*\)", "]", line)
    return re.sub(r"[\[\]*_]|<https?:[^>]*>", "", line).strip()


def comment_blocks(text, mark):
    """Yields (first line, text) of each comment. Consecutive comment lines are one comment."""
    block, start = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        found = re.search(r"(^|\s)" + re.escape(mark) + r"(/?[/!]?<?)(?=\s|$)", line)
        inside_string = found and line[: found.start()].count('"') % 2 == 1
        if not found or inside_string:
            if block:
                yield start, " ".join(block)
                block = []
            continue
        code = line[: found.start()].strip()
        if code and block:
            yield start, " ".join(block)
            block = []
        if not block:
            start = number
        block.append(plain(line[found.end():].strip()))
        if not block[-1]:  # an empty comment line ends a paragraph
            yield start, " ".join(block)
            block = []
    if block:
        yield start, " ".join(block)


def sentences(text):
    return [part.strip() for part in re.split(r"(?<=[.?!:;])\s+(?=[\"'(]?[A-Z@])", text) if part.strip()]


def check_block(text, rules):
    """Yields (level, advice, what was found)."""
    for sentence in sentences(text):
        if QUESTION_WORDS.match(sentence) and not sentence.endswith("?"):
            yield "docs", "a sentence that begins with Who or What is a question", sentence[:60]
        for clause in re.split(r"[;:] ", sentence):
            words = len(re.findall(r"[A-Za-z][\w'-]*", clause))
            if words > MAX_WORDS:
                yield "docs", f"a clause of {words} words: split it (at most {MAX_WORDS})", clause[:60]
    for level, expression, advice in rules:
        for match in expression.finditer(text):
            begin = max(0, match.start() - 25)
            yield level, advice, text[begin: match.end() + 25]


def check_lines(text):
    fenced = False
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(r" *(```|~~~)", line):
            fenced = not fenced
        long = len(line) > MAX_COLUMNS and not fenced and not line.startswith("    ")
        if long and not line.lstrip().startswith("|") and " " in line.strip()[:MAX_COLUMNS]:
            yield number, f"a line of {len(line)} columns (at most {MAX_COLUMNS})", line[:40]


def checked_paths():
    """Returns the prefixes of the files whose comments are checked."""
    with open(os.path.join(HERE, "paths.txt"), encoding="utf-8") as file:
        return tuple(line.strip() for line in file if line.strip() and not line.startswith("#"))


def sources(root):
    """Yields (name, path) of all tracked and untracked files that git does not ignore. Without git, yields all files."""
    listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True)
    if listed.returncode == 0:
        names = sorted(set(listed.stdout.split("\n")))
    else:
        names = sorted(
            os.path.relpath(os.path.join(folder, name), root) for folder, _, files in os.walk(root) for name in files
        )
    for name in names:
        path = os.path.join(root, name)
        if os.path.isfile(path) and not re.search(r"(^|/)(node_modules|build|corpus|prose)/|LICENSE|prose_self_test", name):
            yield name, path


def main():
    root, report = sys.argv[1], "--report" in sys.argv[2:]
    rules, paths, errors, checked = read_rules(), checked_paths(), 0, 0
    for name, path in sources(root):
        extension = os.path.splitext(name)[1]
        markdown = extension == ".md"
        if not markdown and not report and not name.startswith(paths):
            continue
        if not markdown and (extension not in LINE_COMMENT or extension == "" and name != "dev"):
            continue
        if extension == ".txt" and not name.endswith("CMakeLists.txt"):
            continue
        with open(path, encoding="utf-8") as file:
            text = file.read()
        checked += 1
        findings = []
        blocks = markdown_blocks(text) if markdown else comment_blocks(text, LINE_COMMENT[extension])
        for number, block in blocks:
            findings += [(number, level, advice, what) for level, advice, what in check_block(block, rules)]
        if markdown:
            findings += [(number, "all", advice, what) for number, advice, what in check_lines(text)]
        for number, level, advice, what in sorted(findings):
            fails = level == "all" or (level == "docs" and markdown)
            errors += fails
            if fails or report:
                print(f"{name}:{number}: {advice}: [{what}]")
    if errors and not report:
        print(f"{errors} findings", file=sys.stderr)
        return 1
    print(f"the prose of {checked} files follows the rules" if not errors else f"{errors} findings that fail")
    return 0


if __name__ == "__main__":
    sys.exit(main())
