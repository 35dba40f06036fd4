#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "sim/choice/choice_source.hpp"
#include "sim/explore/plan.hpp"
#include "sim/world/operations.hpp"
#include "sim/world/world.hpp"

namespace snapsim {

/// Names the places of a run as it comes to them.
class RunPlaces : public PlaceObserver {
 public:
  /// Before it runs: the world whose places these are.
  void watch(World& world) { world_ = &world; }
  void met(const OperationCall& call) override;
  void reached(const OperationCall& call, AtOperation::Phase phase) override;
  /// At choice number `nth` of the run, so many threads are ready, and the one at `picked` is to go first.
  void chosen(int nth, std::uint32_t alternatives, std::uint32_t picked);
  /// How many there were so far.
  std::uint64_t count() const { return count_; }

 protected:
  /// Whether at() wants to see the place at which the run is, which count() counts already.
  virtual bool is_wanted() const = 0;
  virtual void at(const Place& place) = 0;

 private:
  int number_of(Place::Kind kind, Operation operation);
  Standing standing_at(const OperationCall& call) const;

  World* world_ = nullptr;
  std::uint64_t count_ = 0;
  std::array<std::array<int, operation_count>, 4> counts_{};
};

/// The choices that the scenario itself makes: those that it lists, those of its seed, or none that matters.
std::unique_ptr<ChoiceSource> own_choices(const Scenario& scenario);

}  // namespace snapsim
