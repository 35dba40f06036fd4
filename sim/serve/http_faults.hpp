#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snapsim {

/// A request as a fault is looked for.
struct HttpCall {
  std::string service;  ///< "identity", "compute" or "image"
  std::string method;   ///< "POST"
  std::string path;     ///< below the service's prefix, without the query: "/v2.1/servers/ID/action"
  std::string action;   ///< of a server's action the key of its body, "createImage"; empty before the body is read
  /// The caller's project, name and id.
  std::function<std::vector<std::string>()> projects;
};

/// What goes wrong with an HTTP request, whatever service it is for. Patterns may hold `*`, for any characters.
struct HttpFault {
  // Which requests.
  std::string service = "*";
  std::string method = "*";
  std::string path = "*";
  std::string operation;   ///< a name of http_operations(); empty: the fault does not ask
  std::string action;      ///< likewise
  std::string project;     ///< name or id; empty: anybody's
  int nth = 1;             ///< which of them, from 1; every: all of them
  double probability = 1;  ///< of those that `nth` lets through, drawn by `seed`
  std::uint64_t seed = 0;
  int after_requests = 0;  ///< how many of them are let by before it begins to count
  int for_requests = 0;    ///< of how many from then on it asks; 0: of all

  // What happens.
  int status = 0;                                   ///< the answer's status; 0: the service's own answer
  bool after_effect = false;                        ///< the service does what was asked first, and its answer is lost
  std::int64_t delay_ms = 0;                        ///< before the request is looked at
  std::optional<std::int64_t> after_request_bytes;  ///< all this only when so many bytes of its body have come
  std::optional<std::int64_t> reset_after_bytes;    ///< the connection is reset after so many bytes of the answer
  std::int64_t refuse_ms = 0;  ///< it is reset (where nothing else is said: 0), and connections refused for so long
  std::int64_t body_bytes_per_s = 0;  ///< how fast the answer comes; 0: as it is
  bool wrong_hash = false;            ///< what comes of an image does not fit its hashes: see wrong_hash.hpp

  static constexpr int every = 0;

  bool operator==(const HttpFault&) const = default;
};

/// The faults of HTTP requests that are planned. Every front may ask it; calls may come from several threads at once.
class HttpFaults {
 public:
  /// A planned fault and what became of it.
  struct Entry {
    HttpFault fault;
    int before = 0;    ///< requests of the session, before it was planned, that it would have been meant for
    int passed = 0;    ///< requests that it was meant for
    int happened = 0;  ///< those that it hit
    bool is_off = false;
  };

  /// Gives its number.
  std::uint32_t add(HttpFault fault);
  void switch_off(std::uint32_t index);
  std::vector<Entry> entries() const;
  /// Those that have happened or are to come, as they would have to be planned at the beginning of the session to hit
  /// the same requests.
  std::vector<HttpFault> faults_of_session() const;
  /// A session begins.
  void clear();

  /// The request is about to be served: what goes wrong with it, if anything. A fault that names an action is asked
  /// only with `call.action`, one that does not only without it. Of several that are due the first one happens.
  std::optional<HttpFault> meet(const HttpCall& call);

 private:
  /// Requests that no fault can tell apart.
  struct Kind {
    std::string service;
    std::string method;
    std::string path;
    std::string action;
    std::vector<std::string> projects;

    auto operator<=>(const Kind&) const = default;
  };
  static bool concerns(const HttpFault& fault, const Kind& kind);

  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  static constexpr std::size_t kinds_max = 100'000;  ///< more differ only where somebody makes paths up
  std::map<Kind, int> met_;                          ///< how many requests of the session there were, by kind
};

/// Whether `text` is what the pattern says, in which `*` stands for any characters.
bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace snapsim
