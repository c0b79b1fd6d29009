#pragma once

// The log in an SQLite database. A program that includes it links rill::sqlite.

#include <rill/sqlite/backplane.hpp>
#include <rill/sqlite/error.hpp>
#include <rill/sqlite/options.hpp>
