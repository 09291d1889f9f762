// In a file of its own: the POSIX form of strerror_r is declared only without _GNU_SOURCE.
#undef _GNU_SOURCE
#define _POSIX_C_SOURCE 200112L
#include <string.h>

int portico_error_text(int code, char *text, size_t capacity);

int portico_error_text(int code, char *text, size_t capacity) { return strerror_r(code, text, capacity); }
