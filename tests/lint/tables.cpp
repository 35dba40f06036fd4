#include "tests/lint/tables.hpp"

namespace snapsim::lint {

// The rooms. Whoever needs one more include first asks which room the code belongs in.
const std::vector<Room>& rooms() {
  // The words that the flow and what it works on share; they know nothing of the flow.
  static const std::vector<std::string_view> nova_words = {"sim/nova/failure.hpp", "sim/nova/ids.hpp",
                                                           "sim/nova/states.hpp", "sim/nova/vocabulary.hpp"};
  static const std::vector<std::string_view> run = {"sim/runtime/", "sim/choice/", "sim/engine/",  "sim/nova/",
                                                    "sim/check/",   "sim/world/",  "fake_glance/", "fake_hypervisor/"};
  static const std::vector<Room> table = {
      {"sim/runtime/", Nature::deterministic, {}, {}},
      {"sim/choice/", Nature::deterministic, {}, {}},
      {"sim/engine/", Nature::deterministic, {"sim/runtime/", "sim/choice/"}, {}},
      {"sim/spelling/", Nature::deterministic, {}, {"fmt/"}},
      {"sim/nova/", Nature::deterministic, {"sim/runtime/"}, {"boost/system/result.hpp"}},
      {"sim/check/", Nature::deterministic, nova_words, {"boost/system/result.hpp"}},
      {"fake_glance/", Nature::deterministic, nova_words, {"boost/system/result.hpp"}},
      {"fake_hypervisor/", Nature::deterministic, nova_words, {"boost/system/result.hpp"}},
      {"sim/world/",
       Nature::deterministic,
       {"sim/runtime/", "sim/choice/", "sim/engine/", "sim/nova/", "sim/check/", "fake_glance/", "fake_hypervisor/"},
       {"boost/system/result.hpp", "xxhash.h"}},
      {"sim/report/", Nature::reproducible, run, {"boost/system/result.hpp", "nlohmann/", "fmt/", "xxhash.h"}},
      {"sim/page/",
       Nature::reproducible,
       {"sim/nova/", "sim/check/", "sim/world/", "sim/report/"},
       {"nlohmann/", "fmt/"}},
      {"sim/reference/", Nature::reproducible, {"sim/nova/", "sim/check/", "sim/world/", "sim/report/"}, {"fmt/"}},
      {"sim/lesson/",
       Nature::reproducible,
       {"sim/nova/", "sim/check/", "sim/world/", "sim/report/", "sim/scenario/", "sim/page/"},
       {"nlohmann/", "fmt/"}},
      {"sim/scenario/",
       Nature::reproducible,
       {"sim/runtime/", "sim/choice/", "sim/engine/", "sim/spelling/", "sim/nova/", "sim/check/", "sim/world/",
        "fake_glance/", "fake_hypervisor/"},
       {"boost/system/result.hpp", "nlohmann/", "fmt/", "sys/stat.h", "fcntl.h", "unistd.h", "regex.h"}},
      {"sim/explore/",
       Nature::reproducible,
       {"sim/runtime/", "sim/choice/", "sim/engine/", "sim/nova/", "sim/check/", "sim/world/", "sim/report/",
        "sim/scenario/", "fake_glance/", "fake_hypervisor/"},
       {"boost/system/result.hpp", "nlohmann/", "fmt/", "xxhash.h"}},
      {"sim/web/",
       Nature::reproducible,
       {"sim/nova/", "sim/check/", "sim/world/", "sim/report/", "sim/scenario/", "sim/explore/", "sim/page/"},
       {"nlohmann/", "fmt/"}},
      {"sim/explain/",
       Nature::reproducible,
       {"sim/runtime/", "sim/choice/", "sim/engine/", "sim/nova/", "sim/check/", "sim/world/", "sim/report/",
        "sim/scenario/", "sim/explore/", "fake_glance/", "fake_hypervisor/"},
       {"boost/system/result.hpp", "nlohmann/", "fmt/", "sys/stat.h", "unistd.h", "zlib.h"}},
      // Other people's tests include it; what it stands on they have too.
      {"sim/glue/",
       Nature::outside,
       {"sim/runtime/", "sim/choice/", "sim/engine/", "sim/nova/", "sim/check/", "sim/world/", "sim/report/",
        "sim/scenario/", "fake_glance/", "fake_hypervisor/"},
       {"catch2/", "rapidcheck.h"}},
      {"docs/examples/", Nature::outside, {anything}, {"catch2/", "rapidcheck.h"}},
      {"real/",
       Nature::outside,
       {"sim/runtime/", "sim/choice/", "sim/nova/", "sim/world/", "fake_glance/", "fake_hypervisor/"},
       {"boost/", "openssl/", "nlohmann/", "fmt/", "linux/", "sys/", "fcntl.h", "poll.h", "signal.h", "time.h",
        "unistd.h"}},
      {"sim/serve/",
       Nature::outside,
       {"sim/runtime/", "sim/choice/", "sim/engine/", "sim/nova/", "sim/check/", "sim/world/", "sim/report/",
        "sim/scenario/", "sim/spelling/", "fake_glance/", "fake_hypervisor/", "real/"},
       {"nlohmann/", "fmt/", "xxhash.h", "httplib.h"}},
      // Sockets and the threads that work on them; what is served on them it does not know.
      {"real/http/",
       Nature::outside,
       {"real/unique_fd.hpp"},
       {"httplib.h", "arpa/", "netinet/", "sys/", "netdb.h", "poll.h", "pthread.h", "unistd.h"}},
      // How a run is put back to where it was; what runs it does not know.
      {"real/rewind/", Nature::outside, {"sim/runtime/", "sim/explore/rewinder.hpp"}, {"sys/mman.h", "ucontext.h"}},
      {"fake_glance/http/",
       Nature::outside,
       {"sim/spelling/", "sim/nova/", "fake_glance/", "real/"},
       {"boost/", "nlohmann/", "fmt/", "CLI/", "httplib.h", "sqlite3.h", "arpa/", "netinet/", "netdb.h", "sys/",
        "fcntl.h", "malloc.h", "pthread.h", "time.h", "unistd.h"}},
      {"sim/cli/", Nature::outside, {anything}, {anything}},
      {"sim/bench/", Nature::outside, {anything}, {anything}},
      {"sim/main.cpp", Nature::outside, {anything}, {anything}},
      {"tests/", Nature::outside, {anything, "tests/"}, {anything}},
  };
  return table;
}

const std::vector<BannedText>& banned_texts() {
  using In = BannedText::In;
  static const std::vector<BannedText> table = {
      {R"(\b(system_clock|steady_clock|high_resolution_clock|utc_clock|tai_clock|gps_clock|file_clock)\b)",
       Nature::deterministic, In::code, "a wall clock: ask the Runtime what time it is"},
      {R"(\b(clock_gettime|gettimeofday|timespec_get|localtime(_r)?|gmtime(_r)?|mktime|strftime)\s*\()",
       Nature::deterministic, In::code, "a wall clock: ask the Runtime what time it is"},
      {R"((\btime\s*\(\s*(nullptr|NULL|0|&\s*\w+)\s*\))|(\bstd\s*::\s*(time|clock)\s*\())", Nature::deterministic,
       In::code, "a wall clock: ask the Runtime what time it is"},
      {R"((\b(s?rand|rand_r|[demln]rand48)\s*\())"
       R"(|(\b(random_device|mt19937(_64)?|minstd_rand0?|default_random_engine)\b))",
       Nature::deterministic, In::code, "chance: ask the ChoiceSource"},
      {R"(\bstd\s*::\s*(j?thread|this_thread|async|(\w+_)?mutex|lock_guard|unique_lock|scoped_lock)"
       R"(|condition_variable\w*)\b)",
       Nature::deterministic, In::code, "threads: a run has one, work is spawned on the Runtime"},
      {R"(\bstd\s*::\s*(atomic\w*|memory_order\w*)\b)", Nature::deterministic, In::code, "threads: a run has one"},
      {R"(\bstd\s*::\s*(filesystem|[io]?fstream)\b|\bfopen\s*\()", Nature::deterministic, In::code,
       "files: only scenario, report and real touch them"},
      {R"(\b(secure_)?getenv\s*\(|\benviron\b)", Nature::reproducible, In::code,
       "the environment: two runs of one scenario would differ"},
      {R"(\bstd\s*::\s*(unordered_)?(multi)?(map|set)\s*<\s*(const\s+)?)"
       R"(((std\s*::\s*(unique|shared)_ptr\s*<)|([\w:]+(\s+const)?\s*\*)))",
       Nature::reproducible, In::code, "a container ordered or hashed by pointer: addresses differ between runs"},
      {R"(\bstd\s*::\s*(less|greater|hash|less_equal|greater_equal)\s*<\s*(const\s+)?)"
       R"((([\w:]+)(\s+const)?\s*\*|std\s*::\s*(unique|shared)_ptr\s*<))",
       Nature::reproducible, In::code, "pointers ordered or hashed: addresses differ between runs"},
      {R"(\b(reinterpret_cast|bit_cast)\s*<\s*(const\s+)?(std\s*::\s*)?)"
       R"((u?int(ptr|8|16|32|64|max)?_t|size_t|ptrdiff_t|unsigned|long|int)\b[\w\s]*>)",
       Nature::reproducible, In::code, "a pointer made a number: addresses differ between runs"},
      {R"(%p\b|\{[^{}]*:p\})", Nature::reproducible, In::strings, "an address printed: addresses differ between runs"},
  };
  return table;
}

const std::vector<BannedHeader>& banned_headers() {
  static const std::vector<BannedHeader> table = {
      {"random", "chance: ask the ChoiceSource"},
      {"thread", "threads: a run has one"},
      {"mutex", "threads: a run has one"},
      {"shared_mutex", "threads: a run has one"},
      {"condition_variable", "threads: a run has one"},
      {"future", "threads: a run has one"},
      {"atomic", "threads: a run has one"},
      {"semaphore", "threads: a run has one"},
      {"latch", "threads: a run has one"},
      {"barrier", "threads: a run has one"},
      {"stop_token", "threads: a run has one"},
      {"filesystem", "files: only scenario, report and real touch them"},
      {"fstream", "files: only scenario, report and real touch them"},
      {"ctime", "a wall clock: ask the Runtime what time it is"},
      {"time.h", "a wall clock: ask the Runtime what time it is"},
      {"locale", "the environment: two runs of one scenario would differ"},
  };
  return table;
}

}  // namespace snapsim::lint
