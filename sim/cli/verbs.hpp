#pragma once

#include "sim/cli/options.hpp"

namespace snapsim {

/// Each does what its verb says (contract, section 2) and gives the status to exit with. What fails outside of the
/// simulation is thrown as OutsideError.
Exit run_verb(const Options& options);
Exit prove_verb(const Options& options);
Exit replay_verb(const Options& options);
Exit diff_verb(const Options& options);
Exit export_verb(const Options& options);
Exit explain_verb(const Options& options);
Exit ablate_verb(const Options& options);
Exit fuzz_verb(const Options& options);
Exit serve_verb(const Options& options);
Exit faults_verb(const Options& options);
Exit invariants_verb(const Options& options);
Exit schema_verb();
Exit lesson_verb(const Options& options);

}  // namespace snapsim
