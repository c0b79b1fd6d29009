#include "sqlite/identity.hpp"

#include <fstream>

#include "sqlite/log_fixture.hpp"

BOOST_AUTO_TEST_SUITE(sqlite_identity_test)

BOOST_AUTO_TEST_CASE(a_copy_has_another_identity)
{
    using rill::sqlite::detail::identity_of;
    temporary_directory files;
    BOOST_TEST(identity_of(files.file()).inode == 0U);
    std::ofstream(files.file()) << "x";
    const auto original = identity_of(files.file());
    BOOST_TEST(original.inode != 0U);
    BOOST_TEST((identity_of(files.file()) == original));
    std::filesystem::copy(files.file(), files.file("copy"));
    BOOST_TEST((identity_of(files.file("copy")) != original));
    std::filesystem::rename(files.file(), files.file("moved"));
    BOOST_TEST((identity_of(files.file("moved")) == original));
}

BOOST_AUTO_TEST_CASE(the_boot_id_does_not_change)
{
    BOOST_TEST(rill::sqlite::detail::boot_id().size() == 36U);
    BOOST_TEST(rill::sqlite::detail::boot_id() == rill::sqlite::detail::boot_id());
}

BOOST_AUTO_TEST_SUITE_END()
