#!/usr/bin/env bash
# Builds the documentation site: the reference of the public headers with doxygen, and the pages with mkdocs. A warning of mkdocs
# or a broken link is an error. Exits with 77 if mkdocs or doxygen is not installed.
# usage: build.sh SOURCE_DIR OUTPUT_DIR
set -euo pipefail
root=$(cd "$1" && pwd -P)
mkdir -p "$2"
output=$(cd "$2" && pwd -P)
here=$root/docs/site

for program in mkdocs doxygen python3; do
    command -v "$program" >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/pages/reference/api"

{
    cat "$here/Doxyfile"
    printf '%s\n' "INPUT = \"$root/framework/include\"" "STRIP_FROM_PATH = \"$root/framework/include\"" \
        "STRIP_FROM_INC_PATH = \"$root/framework/include\"" "OUTPUT_DIRECTORY = \"$work/pages/reference/api\"" \
        "GENERATE_TAGFILE = \"$work/tags.xml\"" "HTML_EXTRA_STYLESHEET = \"$here/api.css\""
} >"$work/Doxyfile"
doxygen "$work/Doxyfile" >"$work/doxygen.log" 2>&1 || { cat "$work/doxygen.log" >&2; exit 1; }

python3 "$here/stage.py" "$root" "$work"
pygmentize=$(command -v pygmentize || true)
${pygmentize:-false} -S default -f html -a .codehilite >"$work/pages/code.css" 2>/dev/null || : >"$work/pages/code.css"
cp "$here/mkdocs.yml" "$work/mkdocs.yml"
# Debian's theme "readthedocs" loads two scripts that the package does not contain.
mkdir -p "$work/pages/js"
cp /usr/share/javascript/jquery/jquery.min.js "$work/pages/js/jquery-3.6.0.min.js" 2>/dev/null || true
echo "\$('div.rst-content table').addClass('docutils');" >"$work/pages/js/theme_extra.js"
mkdocs --quiet build --strict --clean -f "$work/mkdocs.yml" --site-dir "$output"
# Removes the pages of source files from the search index.
python3 - "$output/search/search_index.json" <<'E2'
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    index = json.load(file)
index["docs"] = [entry for entry in index["docs"] if not entry["location"].startswith("source/")]
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump(index, file)
E2
python3 "$here/check_site.py" "$output"
echo "the site is in $output"
