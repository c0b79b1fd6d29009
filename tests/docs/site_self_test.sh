#!/usr/bin/env bash
# docs/site/check_site.py must accept correct links and report each broken one. docs/site/stage.py must change links that leave the
# pages.
# usage: site_self_test.sh SOURCE_DIR
set -euo pipefail

site=$1/docs/site
command -v python3 >/dev/null || { echo "SKIPPED: python3 is not installed"; exit 77; }
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0
fail() { printf 'FAILED: %s\n' "$*"; failures=$((failures + 1)); }

# check_site.py
mkdir -p "$tree/html/reference/api"
cat >"$tree/html/index.html" <<'E2'
<h2 id="part">Part</h2>
<a href="#part">a</a> <a href="reference/page.html#top">b</a> <a href="https://example.org/gone">c</a>
E2
echo '<h1 id="top">Top</h1><a href="../index.html">up</a>' >"$tree/html/reference/page.html"
report=$(python3 "$site/check_site.py" "$tree/html") || fail "correct links: $report"
for link in gone.html '#gone' 'reference/page.html#gone' '../gone.png'; do
    printf '<a href="%s">x</a>\n' "$link" >"$tree/html/planted.html"
    if report=$(python3 "$site/check_site.py" "$tree/html" 2>/dev/null) || [[ $report != *planted.html*"$link"* ]]; then
        fail "$link was not found: $report"
    fi
done

# stage.py
root=$tree/root
mkdir -p "$root/docs/how-to" "$root/docs/site" "$root/samples" "$root/framework/include/rill" "$root/bench/peers" "$tree/work"
: >"$root/docs/site/site.css"
for page in CONTRIBUTING.md CHANGELOG.md bench/NOTES.md bench/peers/README.md; do echo "# Page" >"$root/$page"; done
echo 'int f();' >"$root/samples/a.cpp"
echo '# Start' >"$root/docs/index.md"
cat >"$root/docs/how-to/page.md" <<'E2'
# Page

[start](../index.md#start) [source](../../samples/a.cpp) [folder](../../samples) [header](../../framework/include/rill/a.hpp)
[contributing](../../CONTRIBUTING.md) [site](https://example.org) `[code](../../samples/a.cpp)`

| `a \|\| b` |
|---|
E2
cat >"$tree/work/tags.xml" <<'E2'
<tagfile><compound kind="file"><name>a.hpp</name><path>/root/framework/include/rill/</path>
<filename>a_8hpp.html</filename></compound></tagfile>
E2
mkdir -p "$tree/work/pages"
python3 "$site/stage.py" "$root" "$tree/work"
page=$(<"$tree/work/pages/how-to/page.md")
for expected in '[start](../index.md#start)' '[source](../source/samples-a.cpp.md)' ' folder ' \
    '[header](../reference/api/a_8hpp.html)' '[contributing](../project/contributing.md)' '[site](https://example.org)' \
    '`[code](../../samples/a.cpp)`'     '<code>a &#124;&#124; b</code>'; do
    [[ $page == *"$expected"* ]] || fail "the page must contain $expected, but is: $page"
done
grep -q 'int f();' "$tree/work/pages/source/samples-a.cpp.md" || fail "a linked source file must be a page"

((failures == 0)) || exit 1
echo "the links of the site are checked and changed"
