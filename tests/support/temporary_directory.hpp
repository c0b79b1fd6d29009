#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace rill_test {

/// A new directory. The destructor removes it with its contents.
class temporary_directory
{
public:
    temporary_directory()
    {
        std::string name = (std::filesystem::temp_directory_path() / "rill-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("the directory " + name + " cannot be created");
        }
        path_ = name;
    }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    ~temporary_directory()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    const std::filesystem::path& path() const noexcept { return path_; }
    /// Returns the path of a file in the directory. Does not create the file.
    std::string file(std::string_view name = "file") const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

} // namespace rill_test
