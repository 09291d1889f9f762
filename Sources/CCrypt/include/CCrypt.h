// libcrypt's password hashing, crypt(3).
#pragma once

#include <crypt.h>
