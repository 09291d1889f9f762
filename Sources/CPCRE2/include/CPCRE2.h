// PCRE2's regular expressions over bytes, pcre2api(3).
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
