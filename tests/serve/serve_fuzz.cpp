// Sends any number of hostile requests to a served cloud in this process: serve_fuzz [REQUESTS [SEED]]. Built with the
// sanitizers it is the heavier brother of the suite's test of the same. Exit status 1, and the request on standard
// error, where one gets an answer that none should get, or where the cloud no longer answers.

#include <cstdio>
#include <cstdlib>

#include "tests/serve/hostile_cloud_requests.hpp"

int main(int argc, char** argv) {
  const long requests = argc > 1 ? std::atol(argv[1]) : 100'000;
  const unsigned long long seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  snapsim::testing::HostileTally tally;
  const long sent = snapsim::test::fuzz_served_cloud(requests, seed, tally);
  std::printf("%ld requests, seed %llu: %s\n", sent, seed, tally.text().c_str());
  if (sent < requests) std::fprintf(stderr, "it was request %ld\n", sent);
  return sent < requests ? 1 : 0;
}
