#pragma once

// Properties of snapshots, in RapidCheck: what snapsim::rapidcheck is for.
//
//     rc::check("whatever the order, the server is left idle", [] {
//       snapsim::Scenario scenario = *snapsim::plain_scenario();
//       scenario.faults = *snapsim::fault_plan(scenario);
//       snapsim::ReplayChoices choices(*snapsim::choice_list());
//       const snapsim::FinishedRun run = snapsim::simulate(scenario, choices);
//       ...
//     });

#include "sim/glue/choice_generators.hpp"
#include "sim/glue/fault_generators.hpp"
#include "sim/glue/scenario_generators.hpp"
