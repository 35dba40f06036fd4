#pragma once

#include <iosfwd>
#include <string>

namespace snapsim {

/// What `snapsim bench` is to do.
struct BenchOptions {
  std::string filter;  ///< only benchmarks whose name contains this
  bool quick = false;  ///< fewer and shorter rounds
  bool json = false;   ///< one JSON object instead of a table
};

/// Runs the benchmarks, writes their results to `out`, and gives the status to exit with: 0; 2 if no benchmark has such
/// a name; 130 if it was interrupted, with what had been measured until then.
int bench_main(const BenchOptions& options, std::ostream& out);

}  // namespace snapsim
