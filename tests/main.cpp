// The one main() of snapsim_tests; the tests stand in the folders beside it.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
