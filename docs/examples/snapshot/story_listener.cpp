// Has the story told of each run that fails a check.

#include "sim/glue/catch2_listener.hpp"
