#include "routing/open_beneath.hpp"

#include "support/temporary_directory.hpp"
#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <filesystem>
#include <fstream>

BOOST_AUTO_TEST_SUITE(open_beneath_suite)

namespace {

namespace fs = std::filesystem;

/// A root directory with files, directories, and links that lead out of it.
class tree
{
public:
    tree()
    {
        fs::create_directories(base_ / "root/sub/index.html"); // an index that is a directory
        fs::create_directories(base_ / "root/with");
        std::ofstream(base_ / "root/file") << "file";
        std::ofstream(base_ / "root/with/index.html") << "index";
        std::ofstream(base_ / "secret") << "secret";
        fs::create_symlink(base_ / "secret", base_ / "root/link");
        fs::create_directory_symlink(base_, base_ / "root/up");
        root_ = rill::file_handle(::open((base_ / "root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        BOOST_REQUIRE(root_);
    }

    /// Returns the name and the size of the opened file, followed by " /" if the path lacks the slash at its end. If
    /// the file cannot be opened, returns the status.
    std::string open(std::string_view path) const
    {
        const auto opened = rill::detail::open_beneath(root_, path, "index.html");
        return opened ? opened->name + " " + std::to_string(opened->info.st_size) + (opened->lacks_slash ? " /" : "")
                      : std::to_string(static_cast<unsigned>(opened.error()));
    }

    void write(const std::string& path) const
    {
        const auto full = base_ / "root" / path;
        fs::create_directories(full.parent_path());
        std::ofstream(full) << "file";
    }

private:
    rill_test::temporary_directory directory_;
    fs::path base_ = directory_.path();
    rill::file_handle root_;
};

} // namespace

BOOST_AUTO_TEST_CASE(files_and_indexes)
{
    const tree t;
    BOOST_TEST(t.open("file") == "file 4");
    BOOST_TEST(t.open("with") == "index.html 5 /");
    BOOST_TEST(t.open("with/") == "index.html 5");
    BOOST_TEST(t.open("with/index.html") == "index.html 5");
    for (const auto* missing : {"", "/", "none", "none/file", "file/", "file/x", "sub", "sub/", "with//index.html"}) {
        BOOST_TEST(t.open(missing) == "404", missing);
    }
}

BOOST_AUTO_TEST_CASE(no_path_leads_out_of_the_root)
{
    const tree t;
    for (const auto* path : {"..", "../secret", "with/../../secret", ".", "./file", "link", "up/secret", "up",
                             "/etc/passwd", "with\\..", "..\\secret"})
    {
        BOOST_TEST(t.open(path) == "404", path);
    }
    BOOST_TEST(t.open(std::string_view("file\0", 5)) == "404");
}

// RFC 8615: /.well-known/ is public, but only at the root.
BOOST_AUTO_TEST_CASE(only_well_known_is_served_of_names_with_a_dot)
{
    const tree t;
    t.write(".well-known/security.txt");
    t.write(".well-known/acme-challenge/token");
    t.write(".well-known/.hidden");
    t.write(".well-known/.well-known/file");
    t.write("with/.well-known/file");
    t.write(".well-known2/file");
    t.write(".Well-Known/file");
    t.write(".env");
    BOOST_TEST(t.open(".well-known/security.txt") == "security.txt 4");
    BOOST_TEST(t.open(".well-known/acme-challenge/token") == "token 4");
    for (const auto* hidden :
         {".well-known", ".well-known/", ".well-known/.hidden", ".well-known/.well-known/file", "with/.well-known/file",
          ".well-known2/file", ".Well-Known/file", ".env", "./.well-known/security.txt", ".well-known/../secret"})
    {
        BOOST_TEST(t.open(hidden) == "404", hidden);
    }
}

BOOST_AUTO_TEST_SUITE_END()
