// nghttp2's framing, header compression and stream states of HTTP/2, nghttp2(3).
#pragma once

#include <nghttp2/nghttp2.h>
