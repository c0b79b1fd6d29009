#include "../../framework/src/routing/open_beneath.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>

BOOST_AUTO_TEST_SUITE(open_beneath_suite)

namespace {

namespace fs = std::filesystem;

/// A root with a file, a directory and ways out; removed at the end.
class tree
{
public:
    tree()
    {
        std::string name = (fs::temp_directory_path() / "rill_beneath_XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        base_ = name;
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
    ~tree() { fs::remove_all(base_); }

    /// The name and the size of what was opened, and whether a slash is missing; or the status.
    std::string open(std::string_view path) const
    {
        const auto opened = rill::detail::open_beneath(root_, path, "index.html");
        return opened ? opened->name + " " + std::to_string(opened->info.st_size) + (opened->lacks_slash ? " /" : "")
                      : std::to_string(static_cast<unsigned>(opened.error()));
    }

private:
    fs::path base_;
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

BOOST_AUTO_TEST_CASE(no_way_leads_out)
{
    const tree t;
    for (const auto* path : {"..", "../secret", "with/../../secret", ".", "./file", "link", "up/secret", "up",
                             "/etc/passwd", "with\\..", "..\\secret"})
    {
        BOOST_TEST(t.open(path) == "404", path);
    }
    BOOST_TEST(t.open(std::string_view("file\0", 5)) == "404");
}

BOOST_AUTO_TEST_SUITE_END()
