#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace snapsim {

/// The processor time of this process so far, of all its threads.
double cpu_seconds();

/// Does the work once and gives the result in the unit of its contest. Nothing: it cannot be done here.
using Measure = std::function<std::optional<double>()>;

/// One way to do the work: ns-3 with its heap, ns-3 with its calendar queue ...
struct Variant {
  std::string name;  ///< empty where there is only one
  Measure measure;
};

/// Who the work is measured against. Of several variants the best one counts.
struct Peer {
  std::string name;
  std::string package;            ///< what to install where it is missing
  std::vector<Variant> variants;  ///< empty: missing
};

enum class Better : std::uint8_t { more, less };

/// The same work done by us and by our peers.
struct Contest {
  std::string name;       ///< of the benchmark: "kernel.events"
  std::string parameter;  ///< of the work: "1,000 timers"
  std::string unit;       ///< of the values: "events/s"
  Better better = Better::more;
  Measure ours;
  std::vector<Peer> peers;  ///< none is fine
  int rounds_max = 7;       ///< of work that takes long, fewer are held
};

/// What was measured, a value a round.
struct Samples {
  std::vector<double> values;
  double median() const;
  /// The distance between the quartiles, as a fraction of the median.
  double spread() const;
};

/// How we did beside one peer, or beside nobody.
struct Row {
  std::string name;
  std::string parameter;
  std::string unit;
  Samples ours;
  std::string peer;     ///< empty: none
  std::string variant;  ///< the best one
  std::string missing;  ///< the package to install; empty if it took part
  Samples theirs;
  /// Ours by theirs: the median of the ratios of the rounds, in which both had the same share of the machine's moods.
  std::optional<double> ratio;
};

/// Holds the contest: in every round everybody works once, in turn, because a machine is not equally fast all the time.
/// One row a peer. It ends early, after a whole round, when the program is interrupted; before the end of the first
/// round there are no rows then.
std::vector<Row> hold(const Contest& contest, int rounds);

}  // namespace snapsim
