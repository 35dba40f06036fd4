#include "sim/bench/benchmarks.hpp"

namespace snapsim {

const std::vector<Benchmark>& benchmarks() {
  static const std::vector<Benchmark> all = {
      {"kernel.events", "Timers that go off and are set again, as many pending as the parameter says.", &kernel_events},
      {"flow.runs", "One cold snapshot on a model disk, every invariant on; per core.", &flow_runs},
      {"flow.scale", "A rolling backup of that many instances, a thousand a host; per instance.", &flow_scale},
      {"shrink", "Failing random runs of a cold snapshot made minimal; time and quality, a finding.", &shrinking},
      {"prove.plans", "Plans of two faults in two snapshots and a deletion, under policy hardened; per core.",
       &prove_plans},
      {"prove.states",
       "States of two snapshots with at most two faults; per core. SPIN's are those of a model of them.",
       &prove_states},
      {"disk.snapshot", "A cold snapshot of a qcow2 disk, from the request to the verdict.", &disk_snapshot},
      {"glance.upload", "An upload to fake_glance, beside the slower of its two hashes alone.", &glance_upload},
      {"glance.download", "A download from fake_glance.", &glance_download},
      {"glance.requests", "Small requests to fake_glance on four connections.", &glance_requests},
      {"glance.memory", "By how much fake_glance grows at most while that is done.", &glance_memory},
  };
  return all;
}

}  // namespace snapsim
